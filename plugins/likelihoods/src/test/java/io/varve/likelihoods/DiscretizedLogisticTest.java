package io.varve.likelihoods;

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
import io.varve.spi.Pass;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiscretizedLogisticTest {
  private static final DiscretizedLogistic FAMILY = new DiscretizedLogistic();
  private static final double[] LOCATIONS = {
    -1e30, -1e4, -50, -1.3, -1, -0.999, -0.3, 0, 0.001, 0.5, 1, 7, 1e3, 1e30
  };
  private static final double[] LOG_SCALES = {-1e30, -7, -6.9, -5, -3, -1, 0, 2, 7, 1e30};

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-7;

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
  @ValueSource(ints = {2, 3, 16, 256})
  void massesSumToOneAtExtremeParameters(int levels) {
    for (double location : LOCATIONS) {
      for (double logScale : LOG_SCALES) {
        double[] logMass = logMasses(levels, location, logScale, DataType.FLOAT32);
        assertThat(Arrays.stream(logMass).map(Math::exp).sum())
            .as("location %s, log-scale %s", location, logScale)
            .isCloseTo(1, within(1e-5));
        assertThat(logMass).doesNotContain(Double.NEGATIVE_INFINITY, Double.NaN);
      }
    }
  }

  @Test
  void massesAreDifferencesOfTheDistributionFunction() {
    for (double location : new double[] {-1, -0.4, 0, 0.77}) {
      for (double logScale : new double[] {-2, -1, 0, 1}) {
        double[] logMass = logMasses(16, location, logScale, DataType.FLOAT64);
        double scale = Math.exp(logScale);
        for (int v = 0; v < 16; v++) {
          double below = v == 0 ? 0 : sigmoid(((2 * v - 1) / 15.0 - 1 - location) / scale);
          double above = v == 15 ? 1 : sigmoid(((2 * v + 1) / 15.0 - 1 - location) / scale);
          assertThat(Math.exp(logMass[v])).isCloseTo(above - below, within(1e-8));
        }
      }
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void tailsAreExactWhereDifferencesWouldCancel() {
    double scale = Math.exp(-4);
    double[] logMass = logMasses(256, -1, -4, DataType.FLOAT32);
    for (int v : new int[] {50, 120, 200, 254}) {
      // far right of the location F(t) = 1 - exp(-t): the mass is exp(-below) - exp(-above)
      double below = (2 * v - 1) / 255.0 / scale;
      double width = 2 / 255.0 / scale;
      double expected = -below + Math.log(-Math.expm1(-width));
      assertThat(logMass[v]).isCloseTo(expected, within(1e-5 * Math.abs(expected)));
    }
  }

  @Test
  void drawsFallInTheBinWhoseIntervalHoldsTheNumber() {
    int count = 20_000;
    NDArray u = manager.arange(count).toType(DataType.FLOAT64, false);
    NDArray middle = u.add(manager.create(0.5)).div(manager.create((double) count));
    for (double location : new double[] {-1.2, -0.4, 0.3, 40}) {
      for (double logScale : new double[] {-7, -2, -0.5, 3}) {
        NDList parameters = new NDList(scalar(location), scalar(logScale));
        double[] drawn =
            doubles(
                FAMILY.of(TestPass.uniform(manager, middle), space(16), parameters).draw().value());
        double[] mass = logMasses(16, location, logScale, DataType.FLOAT64);
        for (int v = 0; v < 16; v++) {
          double level = v;
          double share = Arrays.stream(drawn).filter(d -> d == level).count() / (double) count;
          // an interval [a, b) holds (b - a) n midpoints, one more or less
          assertThat(share).isCloseTo(Math.exp(mass[v]), within(1.01 / count));
        }
      }
    }
  }

  @Test
  void drawsComeWithTheirOwnLogProb() {
    Space event = new Space(new Shape(3, 2), 256);
    for (int batch : new int[] {1, 5}) {
      NDList parameters =
          new NDList(values(manager, 1, batch, 3, 2), values(manager, 2, batch, 3, 2));
      Distribution bins =
          FAMILY.of(TestPass.of(manager, 5, DataType.FLOAT64, 3), event, parameters);
      Draw draw = bins.draw();
      assertThat(draw.value().getShape()).isEqualTo(new Shape(5, 3, 2));
      assertThat(doubles(draw.logProb())).isEqualTo(doubles(bins.logProb(draw.value())));
      assertThat(bins.mode().getShape()).isEqualTo(new Shape(batch, 3, 2));
      assertThat(bins.mean().getShape()).isEqualTo(new Shape(batch, 3, 2));
    }
  }

  @Test
  void modeIsTheLevelAtTheLocation() {
    double[] locations = {-9, -1, -0.4, 0.21, 1, 9};
    NDArray location = manager.create(locations);
    NDList parameters = new NDList(location, location.zerosLike());
    Pass pass = TestPass.of(manager, locations.length, DataType.FLOAT64, 1);
    assertThat(doubles(FAMILY.of(pass, space(11), parameters).mode()))
        .containsExactly(0, 0, 3, 6, 10, 10);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void meanIsThatOfTheMasses(DataType type) {
    for (double location : LOCATIONS) {
      for (double logScale : LOG_SCALES) {
        double[] mass = logMasses(16, location, logScale, type);
        double expected = IntStream.range(0, 16).mapToDouble(v -> v * Math.exp(mass[v])).sum();
        NDList parameters =
            new NDList(scalar(location).toType(type, false), scalar(logScale).toType(type, false));
        double mean =
            doubles(FAMILY.of(TestPass.of(manager, 1, type, 1), space(16), parameters).mean())[0];
        double level = 2 / 15.0;
        assertThat(mean)
            .as("location %s, log-scale %s", location, logScale)
            .isCloseTo(expected, within(logScale > Math.log(level) ? 0.02 : 0.501));
      }
    }
  }

  @Test
  void valuesOffTheGridScoreMinusInfinity() {
    NDArray value = manager.create(new float[] {-1, 0.5f, 255.5f, 256});
    NDList parameters = new NDList(scalar(0), scalar(0));
    Distribution bins =
        FAMILY.of(TestPass.of(manager, 4, DataType.FLOAT64, 1), space(256), parameters);
    assertThat(doubles(bins.logProb(value))).containsOnly(Double.NEGATIVE_INFINITY);
  }

  @Test
  void gradientsAreThoseOfTheMasses() {
    NDArray value = manager.create(new double[] {0, 1, 7, 14, 15, 0, 15, 3});
    NDArray location = values(manager, 3, 8);
    NDArray logScale = values(manager, 4, 8);
    UnaryOperator<NDArray> byLocation = l -> logProb(value, l, logScale);
    UnaryOperator<NDArray> byScale = s -> logProb(value, location, s);
    assertThat(gradient(byLocation, location))
        .containsExactly(differences(byLocation, location), within(DIFFERENCE));
    assertThat(gradient(byScale, logScale))
        .containsExactly(differences(byScale, logScale), within(DIFFERENCE));
  }

  @Test
  void gradientsAreFiniteEverywhere() {
    for (double location : LOCATIONS) {
      for (double logScale : LOG_SCALES) {
        NDArray value = manager.arange(16).toType(DataType.FLOAT32, false);
        NDArray l = manager.full(new Shape(16), (float) location);
        NDArray s = manager.full(new Shape(16), (float) logScale);
        assertFinite(gradient(x -> logProb(value, x, s), l));
        assertFinite(gradient(x -> logProb(value, l, x), s));
      }
    }
  }

  private static void assertFinite(double[] slopes) {
    assertThat(Arrays.stream(slopes).allMatch(Double::isFinite)).isTrue();
  }

  @Test
  void rowsAreIndependent() {
    NDArray value = manager.create(new double[] {0, 1, 7, 14, 15, 0});
    NDArray location = values(manager, 3, 6);
    double[] all = doubles(logProb(value, location, location));
    NDArray some = location.get("2:4");
    assertThat(doubles(logProb(value.get("2:4"), some, some))).containsExactly(all[2], all[3]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void refusesASpaceWithoutLevels(int levels) {
    assertThatThrownBy(() -> FAMILY.parameters(space(levels)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2 levels")
        .hasMessageContaining(levels == 0 ? "real values" : "1 level");
  }

  private NDArray logProb(NDArray value, NDArray location, NDArray logScale) {
    int batch = Math.toIntExact(value.size());
    return FAMILY
        .of(
            TestPass.of(manager, batch, value.getDataType(), 1),
            space(16),
            new NDList(location, logScale))
        .logProb(value);
  }

  private double[] logMasses(int levels, double location, double logScale, DataType type) {
    try (NDManager sub = manager.newSubManager()) {
      NDArray grid = sub.arange(levels).toType(type, false);
      NDList parameters =
          new NDList(
              sub.create(new double[] {location}).toType(type, false),
              sub.create(new double[] {logScale}).toType(type, false));
      return doubles(
          FAMILY.of(TestPass.of(sub, levels, type, 1), space(levels), parameters).logProb(grid));
    }
  }

  private NDArray scalar(double value) {
    return manager.create(new double[] {value});
  }

  /** One level per row: events are scalars. */
  private static Space space(int levels) {
    return new Space(new Shape(), levels);
  }
}
