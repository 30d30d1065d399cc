package io.varve.priors;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rank1NormalTest {
  private static final Rank1Normal FAMILY = new Rank1Normal();
  private static final Space EVENT = Space.real(new Shape(2, 3));
  private static final int SIZE = 6;

  /** Rounding of double-precision sums of a few terms, and of elimination. */
  private static final double ROUNDING = 1e-11;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-7;

  /** Single precision, relative to a log-density of thousands of terms. */
  private static final double SINGLE = 1e-5;

  private static final int SAMPLES = 100_000;

  /** A Monte-Carlo mean leaves five of its standard errors once in 1.7 million. */
  private static final double STANDARD_ERRORS = 5;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 1, 30, 1000})
  void logProbIsThatOfTheDenseMatrix(double u) {
    NDList parameters = parameters(3, 4, u);
    NDArray value = values(manager, 9, 4, 2, 3);
    double[] expected = new double[4];
    for (int b = 0; b < 4; b++) {
      double[] distance = new double[SIZE];
      for (int i = 0; i < SIZE; i++) {
        distance[i] = doubles(value)[b * SIZE + i] - doubles(parameters.get(0))[b * SIZE + i];
      }
      expected[b] = logDensity(matrix(parameters, b), distance);
    }
    double[] actual = doubles(at(parameters, 4).logProb(value));
    double allowed = ROUNDING * (1 + u * u); // what solving loses, as the matrix does
    assertThat(actual).containsExactly(expected, within(allowed));
  }

  /** log N(distance; 0, S²) with S z = distance by elimination. */
  private static double logDensity(double[][] s, double[] distance) {
    double log = -0.5 * SIZE * Math.log(2 * Math.PI);
    for (int k = 0; k < SIZE; k++) {
      for (int row = k + 1; row < SIZE; row++) { // positive definite: no pivots
        double share = s[row][k] / s[k][k];
        for (int i = k; i < SIZE; i++) {
          s[row][i] -= share * s[k][i];
        }
        distance[row] -= share * distance[k];
      }
      log -= Math.log(s[k][k]);
    }
    for (int row = SIZE - 1; row >= 0; row--) {
      for (int i = row + 1; i < SIZE; i++) {
        distance[row] -= s[row][i] * distance[i];
      }
      distance[row] /= s[row][row];
      log -= 0.5 * distance[row] * distance[row];
    }
    return log;
  }

  /** diag(d) + u uᵀ of one row of parameters. */
  private static double[][] matrix(NDList parameters, int row) {
    double[] encoded = doubles(parameters.get(1));
    double[] u = doubles(parameters.get(2));
    double[][] s = new double[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        s[i][j] = u[row * SIZE + i] * u[row * SIZE + j] / Math.sqrt(SIZE);
      }
      double e = encoded[row * SIZE + i];
      s[i][i] += Math.log1p(Math.exp(e > 0 ? e : Math.expm1(e)));
    }
    return s;
  }

  @Test
  void drawsAreTheNoiseTimesTheMatrix() {
    NDList parameters = parameters(4, 5, 1);
    double[] value = doubles(at(parameters, 5).draw().value());
    double[] noise = doubles(pass(5, DataType.FLOAT64).noise().normal(EVENT.shape()));
    double[] loc = doubles(parameters.get(0));
    for (int b = 0; b < 5; b++) {
      double[][] s = matrix(parameters, b);
      for (int i = 0; i < SIZE; i++) {
        double expected = loc[b * SIZE + i];
        for (int j = 0; j < SIZE; j++) {
          expected += s[i][j] * noise[b * SIZE + j];
        }
        assertThat(value[b * SIZE + i]).isCloseTo(expected, within(ROUNDING));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void drawsComeWithTheirOwnLogProb(int rows) {
    Distribution distribution = at(parameters(4, rows, 1), 5);
    Draw draw = distribution.draw();
    assertThat(draw.value().getShape()).isEqualTo(new Shape(5, 2, 3));
    assertThat(doubles(draw.logProb()))
        .containsExactly(doubles(distribution.logProb(draw.value())), within(ROUNDING));
    assertThat(distribution.mode().getShape()).isEqualTo(new Shape(rows, 2, 3));
    assertThat(distribution.mean().getShape()).isEqualTo(new Shape(rows, 2, 3));
  }

  @Test
  void closedFormKlAgreesWithMonteCarlo() {
    for (Family p : new Family[] {new Normal(Normal.Scale.EXP), new StandardNormal()}) {
      Pass pass = pass(SAMPLES, DataType.FLOAT64);
      NDList given = new NDList();
      p.parameters(EVENT).forEach(x -> given.add(values(manager, given.size() + 5L, 1, 2, 3)));
      Distribution prior = p.of(pass, EVENT, given);
      Distribution posterior = FAMILY.of(pass, EVENT, parameters(4, 1, 1));
      Draw draw = posterior.draw();
      double[] terms = doubles(draw.logProb().sub(prior.logProb(draw.value())));
      double mean = Arrays.stream(terms).average().orElseThrow();
      double variance = Arrays.stream(terms).map(t -> (t - mean) * (t - mean)).sum() / SAMPLES;
      NDArray closed = posterior.kl(prior).orElseThrow();
      assertThat(closed.getShape()).isEqualTo(new Shape(1));
      assertThat(doubles(closed)[0])
          .isCloseTo(mean, within(STANDARD_ERRORS * Math.sqrt(variance / SAMPLES)));
      assertThat(posterior.kl(posterior)).isEmpty();
    }
  }

  @Test
  void gradientsAreThoseOfTheDensity() {
    NDList parameters = parameters(5, 2, 1);
    NDArray value = values(manager, 6, 2, 2, 3);
    for (int i = 0; i < 3; i++) {
      int which = i;
      UnaryOperator<NDArray> density = p -> at(with(parameters, which, p), 2).logProb(value);
      UnaryOperator<NDArray> draw = p -> at(with(parameters, which, p), 2).draw().value().square();
      UnaryOperator<NDArray> kl = p -> at(with(parameters, which, p), 2).kl(standard()).get();
      requireGradient(density, parameters.get(which));
      requireGradient(draw, parameters.get(which));
      requireGradient(kl, parameters.get(which));
    }
    requireGradient(v -> at(parameters, 2).logProb(v), value);
  }

  private Distribution standard() {
    return new StandardNormal().of(pass(2, DataType.FLOAT64), EVENT, new NDList());
  }

  private static void requireGradient(UnaryOperator<NDArray> f, NDArray x) {
    assertThat(gradient(f, x)).containsExactly(differences(f, x), within(DIFFERENCE));
  }

  private static NDList with(NDList parameters, int index, NDArray array) {
    NDList changed = new NDList(parameters);
    changed.set(index, array);
    return changed;
  }

  @Test
  void singlePrecisionDoesForImages() {
    Space image = Space.real(new Shape(3, 32, 32));
    NDList doubles = new NDList();
    for (int i = 0; i < 3; i++) {
      doubles.add(values(manager, 7L + i, 2, 3, 32, 32));
    }
    NDList singles = new NDList();
    doubles.forEach(p -> singles.add(p.toType(DataType.FLOAT32, false)));
    NDArray value = FAMILY.of(pass(2, DataType.FLOAT64), image, doubles).draw().value();
    double[] exact = doubles(FAMILY.of(null, image, doubles).logProb(value));
    NDArray single = value.toType(DataType.FLOAT32, false);
    double[] actual = doubles(FAMILY.of(null, image, singles).logProb(single));
    for (int i = 0; i < 2; i++) {
      assertThat(actual[i]).isCloseTo(exact[i], within(SINGLE * Math.abs(exact[i])));
    }
  }

  @Test
  void survivesExtremeParameters() {
    float[] extremes = {-1e19f, -1e9f, -1, 0, 1e-30f, 1e9f, 1e19f};
    for (float loc : extremes) {
      for (float d : extremes) {
        for (float u : extremes) {
          NDList parameters = new NDList(row(loc), row(d), row(u));
          Distribution distribution = FAMILY.of(pass(2, DataType.FLOAT32), EVENT, parameters);
          Draw draw = distribution.draw();
          String at = "loc %s, d %s, u %s".formatted(loc, d, u);
          assertThat(doubles(draw.value())).as(at).doesNotContain(Double.NaN);
          assertThat(doubles(draw.logProb())).as(at).doesNotContain(Double.NaN);
          assertThat(doubles(distribution.logProb(row(1)))).as(at).doesNotContain(Double.NaN);
          double atMode = doubles(distribution.logProb(distribution.mode()))[0];
          assertThat(Double.isFinite(atMode)).as(at).isTrue();
        }
      }
    }
  }

  private NDArray row(float value) {
    return manager.full(new Shape(1, 2, 3), value, DataType.FLOAT32);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void everythingKeepsTheDataType(DataType type) {
    NDList parameters = new NDList();
    parameters(5, 3, 1).forEach(p -> parameters.add(p.toType(type, false)));
    Distribution distribution = FAMILY.of(pass(3, type), EVENT, parameters);
    Draw draw = distribution.draw();
    assertThat(draw.value().getDataType()).isEqualTo(type);
    assertThat(draw.logProb().getDataType()).isEqualTo(type);
    assertThat(distribution.logProb(draw.value()).getDataType()).isEqualTo(type);
    assertThat(distribution.mode().getDataType()).isEqualTo(type);
  }

  @Test
  void refusesLevels() {
    assertThatThrownBy(() -> FAMILY.parameters(new Space(new Shape(2), 256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'rank1-normal'")
        .hasMessageContaining("256 levels");
  }

  private Distribution at(NDList parameters, int batch) {
    return FAMILY.of(pass(batch, DataType.FLOAT64), EVENT, parameters);
  }

  private Pass pass(int batch, DataType type) {
    return TestPass.of(manager, batch, type, 11);
  }

  /** loc, encoded d, and u with values of about this size. */
  private NDList parameters(long seed, int rows, double size) {
    NDList parameters = new NDList();
    for (int i = 0; i < 3; i++) {
      parameters.add(values(manager, seed + i, rows, 2, 3));
    }
    NDArray u = parameters.get(2);
    parameters.set(2, u.mul(manager.create(size)));
    return parameters;
  }
}
