package io.varve.priors;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.rows;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.priors.Normal.Scale;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NormalTest {
  private static final Space EVENT = Space.real(new Shape(2, 2));
  private static final int SIZE = 4;

  /** Rounding of double-precision sums of a few terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

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

  static Stream<Arguments> pairs() {
    Family exp = new Normal(Scale.EXP);
    Family softplus = new Normal(Scale.SOFTPLUS_ELU);
    Family standard = new StandardNormal();
    return Stream.of(exp, softplus, standard)
        .flatMap(q -> Stream.of(exp, softplus, standard).map(p -> Arguments.of(q, p)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void closedFormKlAgreesWithMonteCarlo(Family q, Family p) {
    Pass pass = TestPass.of(manager, SAMPLES, DataType.FLOAT64, 11);
    Distribution posterior = q.of(pass, EVENT, parameters(q, 1, 1));
    Distribution prior = p.of(pass, EVENT, parameters(p, 2, 1));
    Draw draw = posterior.draw();
    double[] terms = doubles(draw.logProb().sub(prior.logProb(draw.value())));
    double mean = Arrays.stream(terms).average().orElseThrow();
    double variance = Arrays.stream(terms).map(t -> (t - mean) * (t - mean)).sum() / SAMPLES;
    double error = STANDARD_ERRORS * Math.sqrt(variance / SAMPLES) + ROUNDING;
    NDArray closed = posterior.kl(prior).orElseThrow();
    assertThat(closed.getShape()).isEqualTo(new Shape(1));
    assertThat(doubles(closed)[0]).isCloseTo(mean, within(error));
  }

  @ParameterizedTest
  @EnumSource
  void logProbIsTheDensity(Scale scale) {
    Normal family = new Normal(scale);
    Pass pass = TestPass.of(manager, 3, DataType.FLOAT64, 5);
    NDList parameters = parameters(family, 3, 3);
    NDArray value = values(manager, 9, 3, 2, 2);
    double[] loc = doubles(parameters.get(0));
    double[] encoded = doubles(parameters.get(1));
    double[] x = doubles(value);
    double[] expected = new double[3];
    for (int i = 0; i < x.length; i++) {
      double deviation = deviation(scale, encoded[i]);
      double epsilon = (x[i] - loc[i]) / deviation;
      double density = Math.exp(-0.5 * epsilon * epsilon) / (deviation * Math.sqrt(2 * Math.PI));
      expected[i / SIZE] += Math.log(density);
    }
    assertThat(doubles(family.of(pass, EVENT, parameters).logProb(value)))
        .containsExactly(expected, within(ROUNDING));
  }

  private static double deviation(Scale scale, double s) {
    return scale == Scale.EXP ? Math.exp(s / 2) : Math.log1p(Math.exp(s > 0 ? s : Math.expm1(s)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void drawsComeWithTheirOwnLogProb(Family family, Family unused) {
    for (int batch : new int[] {1, 5}) {
      Pass pass = TestPass.of(manager, 5, DataType.FLOAT64, 21);
      Distribution distribution = family.of(pass, EVENT, parameters(family, 4, batch));
      Draw draw = distribution.draw();
      assertThat(draw.value().getShape()).isEqualTo(new Shape(5, 2, 2));
      assertThat(doubles(draw.logProb()))
          .containsExactly(doubles(distribution.logProb(draw.value())), within(ROUNDING));
      long rows = family instanceof StandardNormal ? 1 : batch;
      assertThat(distribution.mode().getShape()).isEqualTo(new Shape(rows, 2, 2));
      assertThat(distribution.mean().getShape()).isEqualTo(new Shape(rows, 2, 2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void drawsHaveTheMomentsAskedFor(Scale scale) {
    Normal family = new Normal(scale);
    Pass pass = TestPass.of(manager, SAMPLES, DataType.FLOAT64, 8);
    NDList parameters = parameters(family, 4, 1);
    NDArray value = family.of(pass, EVENT, parameters).draw().value().reshape(SAMPLES, SIZE);
    double[] mean = doubles(value.mean(new int[] {0}));
    double[] square = doubles(value.square().mean(new int[] {0}));
    for (int i = 0; i < SIZE; i++) {
      double loc = doubles(parameters.get(0))[i];
      double deviation = deviation(scale, doubles(parameters.get(1))[i]);
      double error = STANDARD_ERRORS * deviation / Math.sqrt(SAMPLES);
      assertThat(mean[i]).isCloseTo(loc, within(error));
      assertThat(Math.sqrt(square[i] - mean[i] * mean[i])).isCloseTo(deviation, within(error));
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOfTheDensity(Scale scale) {
    Normal family = new Normal(scale);
    NDList parameters = parameters(family, 5, 2);
    NDArray value = values(manager, 6, 2, 2, 2);
    for (int i = 0; i < 2; i++) {
      int which = i;
      assertGradient(
          parameters.get(which),
          p -> at(family, with(parameters, which, p)).logProb(value),
          p -> at(family, with(parameters, which, p)).draw().value().square(),
          p ->
              at(family, with(parameters, which, p))
                  .kl(at(new StandardNormal(), new NDList()))
                  .orElseThrow());
    }
    assertGradient(value, v -> at(family, parameters).logProb(v));
  }

  @SafeVarargs
  private static void assertGradient(NDArray x, UnaryOperator<NDArray>... functions) {
    for (var f : functions) {
      assertThat(gradient(f, x)).containsExactly(differences(f, x), within(DIFFERENCE));
    }
  }

  private Distribution at(Family family, NDList parameters) {
    return family.of(TestPass.of(manager, 2, DataType.FLOAT64, 1), EVENT, parameters);
  }

  private static NDList with(NDList parameters, int index, NDArray array) {
    NDList changed = new NDList(parameters);
    changed.set(index, array);
    return changed;
  }

  @Test
  void rowsAreIndependent() {
    Normal family = new Normal(Scale.EXP);
    NDList parameters = parameters(family, 5, 6);
    NDArray value = values(manager, 6, 6, 2, 2);
    Pass pass = TestPass.of(manager, 6, DataType.FLOAT64, 1);
    double[] all = doubles(family.of(pass, EVENT, parameters).logProb(value));
    double[] some =
        doubles(family.of(pass, EVENT, rows(parameters, 2, 4)).logProb(value.get("2:4")));
    assertThat(some).containsExactly(all[2], all[3]);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void everythingKeepsTheDataType(DataType type) {
    for (Family family :
        new Family[] {new Normal(Scale.EXP), new StandardNormal(), new Mixture(2)}) {
      Pass pass = TestPass.of(manager, 3, type, 1);
      NDList parameters = new NDList();
      parameters(family, 5, 3).forEach(p -> parameters.add(p.toType(type, false)));
      Distribution distribution = family.of(pass, EVENT, parameters);
      Draw draw = distribution.draw();
      assertThat(draw.value().getDataType()).isEqualTo(type);
      assertThat(draw.logProb().getDataType()).isEqualTo(type);
    }
  }

  @Test
  void survivesExtremeParameters() {
    Normal family = new Normal(Scale.EXP);
    Pass pass = TestPass.of(manager, 2, DataType.FLOAT32, 1);
    NDArray loc = manager.create(new float[] {-1e6f, 1e6f}).reshape(2, 1, 1);
    NDArray wide = loc.mul(manager.full(new Shape(), 1e6f)).broadcast(new Shape(2, 2, 2));
    Distribution distribution = family.of(pass, EVENT, new NDList(wide, wide));
    assertThat(doubles(distribution.draw().logProb())).doesNotContain(Double.NaN);
    assertThat(doubles(distribution.logProb(distribution.mode())))
        .containsExactly(
            new double[] {SIZE * (3.5 - 0.9189385), SIZE * (-3.5 - 0.9189385)}, within(1e-4));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void refusesLevels(Family family, Family unused) {
    Space bytes = new Space(new Shape(2), 256);
    assertThatThrownBy(() -> family.parameters(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256 levels")
        .hasMessageContaining("discretized-logistic");
  }

  private NDList parameters(Family family, long seed, int batch) {
    NDList parameters = new NDList();
    family
        .parameters(EVENT)
        .forEach(
            p -> {
              Shape shape = new Shape(batch).addAll(p.shape());
              parameters.add(values(manager, seed + parameters.size(), shape.getShape()));
            });
    return parameters;
  }
}
