package io.varve.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

/** How the events of libtorch's profiler become times of operators. */
final class OperatorProfileTest {
  private static OperatorProfile read(String... events) {
    String list = "[" + String.join(",", events) + "]";
    return OperatorProfile.read(JsonParser.parseString(list).getAsJsonArray(), 0.002);
  }

  private static String event(String name, int start, int length) {
    return "{\"name\": \"aten::%s\", \"ts\": %d, \"dur\": %d, \"tid\": 1}"
        .formatted(name, start, length);
  }

  private static double milliseconds(OperatorProfile profile, String name) {
    return profile.operators().stream()
        .filter(operator -> operator.name().equals(name))
        .mapToDouble(OperatorProfile.Operator::milliseconds)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void givesEachOperatorWhatItsCallsDoThemselves() {
    OperatorProfile profile =
        read(event("linear", 0, 100), event("t", 10, 20), event("t", 40, 20), event("t", 200, 5));
    assertThat(milliseconds(profile, "linear")).isCloseTo(0.06, within(1e-12));
    assertThat(milliseconds(profile, "t")).isCloseTo(0.0375, within(1e-12));
    assertThat(profile.nativeSeconds()).isCloseTo(1.05e-4, within(1e-15));
  }

  @Test
  void countsThePauseOfTheProfilerToNoOperator() {
    OperatorProfile profile =
        read(event("add", 0, 10), event("add", 20, 250_000), event("add", 250_100, 14));
    assertThat(milliseconds(profile, "add")).isCloseTo(0.036, within(1e-12));
  }

  @Test
  void countsTheOperationsOfProducts() {
    String product =
        "{\"name\": \"aten::bmm\", \"ts\": 0, \"dur\": 5, \"tid\": 1, \"shape\": [[2, 3, 4], [2, 4, 5]]}";
    assertThat(read(product).matrixGflop()).isCloseTo(2 * 2 * 3 * 4 * 5 * 1e-9, within(1e-15));
  }
}
