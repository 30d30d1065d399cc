package io.varve.schedules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.spi.Progress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  @Test
  void constantStays() {
    assertThat(new Constant(0.3).at(new Progress(0, 0))).isEqualTo(0.3);
    assertThat(new Constant(0.3).at(new Progress(1_000_000, 4000))).isEqualTo(0.3);
  }

  @ParameterizedTest
  @CsvSource({"0, 2", "5, 2", "7.5, 1", "10, 0", "12.5, -1", "15, -2", "1e9, -2"})
  void lineRunsBetweenItsEnds(double epoch, double expected) {
    Linear line = new Linear(2, -2, Optional.of(10.0), Optional.empty(), 5);
    assertThat(line.at(new Progress(0, epoch))).isCloseTo(expected, within(1e-12));
  }

  @Test
  void lineCountsStepsWhereItsLengthIsInSteps() {
    Linear line = new Linear(0, 1, Optional.empty(), Optional.of(4L), 0);
    assertThat(line.at(new Progress(1, 100))).isEqualTo(0.25);
    assertThat(line.at(new Progress(Long.MAX_VALUE, 0))).isEqualTo(1);
  }

  @Test
  void lineEndsExactly() {
    Linear line = new Linear(0.1, 1e-9, Optional.of(3.0), Optional.empty(), 0);
    assertThat(line.at(new Progress(0, 0))).isEqualTo(0.1);
    assertThat(line.at(new Progress(0, 3))).isEqualTo(1e-9);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesALengthThatIsNone(double epochs) {
    assertThatThrownBy(() -> new Linear(0, 1, Optional.of(epochs), Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epochs: expected more than 0, got " + epochs);
  }

  @Test
  void refusesTwoLengthsAndNone() {
    assertThatThrownBy(() -> new Linear(0, 1, Optional.of(1.0), Optional.of(1L), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("both");
    assertThatThrownBy(() -> new Linear(0, 1, Optional.empty(), Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither");
  }

  @Test
  void refusesNumbersThatAreNotFinite() {
    assertThatThrownBy(() -> new Constant(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("value: expected a finite number, got NaN");
    assertThatThrownBy(
            () -> new Linear(0, Double.POSITIVE_INFINITY, Optional.of(1.0), Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("to: expected a finite number, got Infinity");
  }

  @Test
  void exponentialIsTheSameFactorEveryStep() {
    Exponential rate = new Exponential(2e-3, 1e-4, Optional.empty(), Optional.of(2_995_731L), 0);
    assertThat(rate.at(new Progress(0, 0))).isEqualTo(2e-3);
    double program = 2e-3;
    for (int step = 1; step <= 1000; step++) {
      program *= 0.999999;
      assertThat(rate.at(new Progress(step, 0))).isCloseTo(program, within(1e-12));
    }
    assertThat(rate.at(new Progress(2_995_731L, 0))).isEqualTo(1e-4);
    assertThat(rate.at(new Progress(Long.MAX_VALUE, 0))).isEqualTo(1e-4);
  }

  @Test
  void exponentialBeginsWhereItIsTold() {
    Exponential rise = new Exponential(1, 16, Optional.of(4.0), Optional.empty(), 2);
    assertThat(rise.at(new Progress(99, 2))).isEqualTo(1);
    assertThat(rise.at(new Progress(0, 3))).isCloseTo(2, within(1e-12));
    assertThat(rise.at(new Progress(0, 6))).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAnExponentialToNothing(double to) {
    assertThatThrownBy(() -> new Exponential(1, to, Optional.of(1.0), Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("to: expected more than 0, got " + to);
  }

  @ParameterizedTest
  @CsvSource({"0, 3", "2, 3", "4, 2", "3, 2.7071067811865475", "6, 1", "100, 1"})
  void cosineIsSlowAtBothEnds(double epoch, double expected) {
    Cosine cosine = new Cosine(3, 1, Optional.of(4.0), Optional.empty(), 2);
    assertThat(cosine.at(new Progress(0, epoch))).isCloseTo(expected, within(1e-12));
    Cosine steps = new Cosine(3, 1, Optional.empty(), Optional.of(4L), 2);
    assertThat(steps.at(new Progress((long) epoch, 0))).isCloseTo(expected, within(1e-12));
  }

  @Test
  void cosineEndsExactly() {
    Cosine cosine = new Cosine(0.1, 1e-9, Optional.of(350.0), Optional.empty(), 0);
    assertThat(cosine.at(new Progress(0, 0))).isEqualTo(0.1);
    assertThat(cosine.at(new Progress(0, 350))).isEqualTo(1e-9);
  }

  @Test
  void refusesACosineWithoutItsLength() {
    assertThatThrownBy(() -> new Cosine(0, 1, Optional.empty(), Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a cosine needs its length");
  }
}
