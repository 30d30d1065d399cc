package io.varve.conformance.arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.numerics.LogDeterminant;
import io.varve.conformance.rule.Refusal;
import io.varve.spi.Noise;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeededRowsTest {
  private static final Shape EVENT = new Shape(2, 3);

  /** Central differences of a cubic: step squared. */
  private static final double DIFFERENCE = 1e-8;

  /** Elimination of a small matrix. */
  private static final double ROUNDING = 1e-12;

  private final NDManager manager = SeededRows.manager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void rowsAreTheSameWhereverTheyStand() {
    NDArray many = SeededRows.normal(manager, DataType.FLOAT64, EVENT, 1, 0, 1, 2);
    NDArray one = SeededRows.normal(manager, DataType.FLOAT64, EVENT, 1, 2);
    assertThat(Numbers.of(one)).containsExactly(Numbers.of(many.get("2:3")));
    assertThat(Numbers.of(one)).isNotEqualTo(Numbers.of(many.get("1:2")));
  }

  @Test
  void noiseIsNewEachTimeAndTheSameForASeed() {
    Noise first = SeededRows.noise(manager, DataType.FLOAT32, 1, 0, 1);
    Noise second = SeededRows.noise(manager, DataType.FLOAT32, 1, 1);
    double[] drawn = Numbers.of(first.normal(EVENT).get("1:2"));
    assertThat(Numbers.of(second.normal(EVENT))).containsExactly(drawn);
    assertThat(Numbers.of(second.normal(EVENT))).isNotEqualTo(drawn);
    for (double u : Numbers.of(second.uniform(EVENT))) {
      assertThat(u).isBetween(Math.ulp(1f) / 4.0, 1 - Math.ulp(1f) / 4.0);
    }
  }

  @Test
  void normalNumbersAreStandard() {
    NDArray drawn =
        SeededRows.normal(manager, DataType.FLOAT64, new Shape(100), 3, SeededRows.rows(100));
    double[] values = Numbers.of(drawn);
    // Five standard errors of 10,000 numbers.
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(0, within(0.05));
    assertThat(Arrays.stream(values).map(v -> v * v).average().orElseThrow())
        .isCloseTo(1, within(0.071));
  }

  @Test
  void gridCoversItsLevels() {
    Probe.Input input = new Probe.Input("x", new Shape(100), 3);
    double[] values = Numbers.of(SeededRows.input(manager, DataType.FLOAT32, input, 1, 0));
    assertThat(Arrays.stream(values).distinct().sorted().toArray()).containsExactly(0, 1, 2);
  }

  @Test
  void differencesAreSlopes() {
    NDArray x = SeededRows.normal(manager, DataType.FLOAT64, new Shape(3), 1, 0);
    double[] at = Numbers.of(x);
    double[][] slopes = Numbers.differences(v -> v.mul(v).mul(v), x, Numbers.STEP, 0, 2);
    assertThat(slopes[0])
        .containsExactly(new double[] {3 * at[0] * at[0], 0, 0}, within(DIFFERENCE));
    assertThat(slopes[1])
        .containsExactly(new double[] {0, 0, 3 * at[2] * at[2]}, within(DIFFERENCE));
  }

  @Test
  void takesRefusalsOfOneLineOnly() {
    assertThat(Refusal.unlessRefused("it", () -> 1)).contains(1);
    assertThat(Refusal.unlessRefused("it", () -> refuse("no: 3, expected 4"))).isEmpty();
    assertThatThrownBy(() -> Refusal.unlessRefused("it", () -> refuse("one\ntwo")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("one line");
    assertThatThrownBy(() -> Refusal.unlessRefused("it", () -> Integer.parseInt("" + (1 / at(0)))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ArithmeticException");
  }

  private static int refuse(String message) {
    throw new IllegalArgumentException(message);
  }

  private static int at(int number) {
    return number;
  }

  @Test
  void logDeterminantIsThatOfTheMatrix() {
    double[][] m = {{0, 2, 1}, {3, 0, 0}, {1, 1, 4}};
    // By cofactors: -2 (3 · 4 - 0) + 1 (3 · 1 - 0) = -21.
    assertThat(LogDeterminant.of(m)).isCloseTo(Math.log(21), within(ROUNDING));
    assertThat(LogDeterminant.of(new double[][] {{1, 2}, {2, 4}}))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }
}
