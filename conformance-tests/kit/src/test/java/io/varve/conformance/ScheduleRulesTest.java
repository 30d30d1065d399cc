package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.BrokenSchedules;
import io.varve.schedules.Constant;
import io.varve.schedules.Linear;
import io.varve.spi.Schedule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleRulesTest {
  static Stream<Class<?>> broken() {
    return Verdicts.broken(BrokenSchedules.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {Constant.class, Linear.class})
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Schedule.class, type)).allMatch(Verdicts::holds);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(Verdicts.missed(Schedule.class, type)).isEmpty();
  }
}
