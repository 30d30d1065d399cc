package io.varve.likelihoods;

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
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Parameters;
import io.varve.spi.Space;
import io.varve.spi.TestPass;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiscretizedLogisticMixtureTest {
  private static final DiscretizedLogisticMixture COUPLED = new DiscretizedLogisticMixture(3, true);

  /** Each way to be far out, for logits, locations, log-scales and coefficients alike. */
  private static final double[] EXTREMES = {
    -3e38, -1e30, -1e4, -50, -7, -6.5, -5, -3, -1, -0.999, -0.3, 0, 0.001, 0.5, 1, 4, 7, 1e3, 3e38
  };

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-6;

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
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void massesOfAllLevelsSumToOneAtExtremeParameters(DataType type) {
    double tolerance = type == DataType.FLOAT32 ? 1e-5 : 1e-6; // of the issue
    NDArray grid = manager.arange(256).toType(type, false).reshape(256, 1, 1, 1);
    for (int trial = 0; trial < 400; trial++) {
      NDList parameters = extreme(trial, new Shape(1, 1, 1), type);
      double[] logMass = doubles(at(COUPLED, parameters, type, 256, 256, 1).logProb(grid));
      assertThat(Arrays.stream(logMass).map(Math::exp).sum())
          .as("trial %d", trial)
          .isCloseTo(1, within(tolerance));
      assertThat(Arrays.stream(logMass).allMatch(Double::isFinite)).isTrue();
    }
  }

  /** With the masses of one channel this makes those of all channels sum to one. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void massesOfTheLastChannelSumToThoseOfTheOthers(DataType type) {
    double tolerance = type == DataType.FLOAT32 ? 1e-5 : 1e-6;
    for (int trial = 0; trial < 100; trial++) {
      NDList three = extreme(trial, new Shape(3, 1, 1), type);
      NDList two = new NDList(three.get(0));
      three.subList(1, 3).forEach(p -> two.add(p.get(":,:6"))); // two channels of three components
      two.add(three.get(3).get(":,:3")); // one pair
      double[] r = new Random(trial).doubles(2, 0, 256).map(Math::floor).toArray();
      float[] values = new float[3 * 256];
      for (int b = 0; b < 256; b++) {
        values[3 * b] = (float) r[0];
        values[3 * b + 1] = (float) r[1];
        values[3 * b + 2] = b;
      }
      NDArray value = manager.create(values, new Shape(256, 3, 1, 1)).toType(type, false);
      double[] joint = doubles(at(COUPLED, three, type, 256, 256, 3).logProb(value));
      double[] pair =
          doubles(at(COUPLED, two, type, 256, 1, 2).logProb(value.get("0:1").get(":,:2")));
      double sum = Arrays.stream(joint).map(l -> Math.exp(l - pair[0])).sum();
      double rounding = type == DataType.FLOAT32 ? 3e-7 * Math.abs(pair[0]) : 0;
      assertThat(sum).as("trial %d", trial).isCloseTo(1, within(tolerance + rounding));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void massesAreDifferencesOfTheDistributionFunction(boolean coupling) {
    DiscretizedLogisticMixture family = new DiscretizedLogisticMixture(2, coupling);
    NDList parameters = parameters(family, 3, new Shape(3, 2, 1), 2);
    NDArray value = levels(5, 2, 3, 2, 1);
    double[] logProb =
        doubles(at(family, parameters, DataType.FLOAT64, 16, 2, 3, 2, 1).logProb(value));
    for (int row = 0; row < 2; row++) {
      double expected = 0;
      for (int pixel = 0; pixel < 2; pixel++) {
        expected += Math.log(mass(parameters, value, row, pixel, coupling));
      }
      assertThat(logProb[row]).isCloseTo(expected, within(1e-9));
    }
  }

  /** The mass of a pixel of [B, 3, 2, 1] on 16 levels, two components, as the paper says it. */
  private static double mass(NDList p, NDArray value, int row, int pixel, boolean coupling) {
    double[] v = new double[3];
    for (int c = 0; c < 3; c++) {
      v[c] = doubles(value)[(row * 3 + c) * 2 + pixel];
    }
    double[] weight = new double[2];
    double mixture = 0;
    for (int k = 0; k < 2; k++) {
      weight[k] = Math.exp(doubles(p.get(0))[(row * 2 + k) * 2 + pixel]);
      double product = 1;
      for (int c = 0; c < 3; c++) {
        double location = parameter(p.get(1), row, c, k, pixel);
        for (int j = 0; j < c && coupling; j++) {
          double coefficient = parameter(p.get(3), row, c * (c - 1) / 2 + j, k, pixel);
          location += Math.tanh(coefficient) * (2 * v[j] / 15 - 1);
        }
        double scale = Math.exp(parameter(p.get(2), row, c, k, pixel));
        double below = v[c] == 0 ? 0 : sigmoid(((2 * v[c] - 1) / 15 - 1 - location) / scale);
        double above = v[c] == 15 ? 1 : sigmoid(((2 * v[c] + 1) / 15 - 1 - location) / scale);
        product *= above - below;
      }
      mixture += weight[k] * product;
    }
    return mixture / (weight[0] + weight[1]);
  }

  private static double parameter(NDArray all, int row, int which, int component, int pixel) {
    long each = all.getShape().get(1) / 2;
    return doubles(all)[(int) ((row * each + which) * 2 + component) * 2 + pixel];
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void drawsFollowTheMasses(boolean coupling) {
    int count = 200_000;
    DiscretizedLogisticMixture family = new DiscretizedLogisticMixture(2, coupling);
    NDList parameters = parameters(family, 8, new Shape(3, 1, 1), 1);
    double[] drawn =
        doubles(at(family, parameters, DataType.FLOAT64, 3, count, 3, 1, 1).draw().value());
    double[] seen = new double[27];
    for (int i = 0; i < count; i++) {
      seen[(int) (9 * drawn[3 * i] + 3 * drawn[3 * i + 1] + drawn[3 * i + 2])]++;
    }
    double[] all = new double[81];
    for (int i = 0; i < 27; i++) {
      all[3 * i] = Math.floor(i / 9.0);
      all[3 * i + 1] = Math.floor(i / 3.0) % 3;
      all[3 * i + 2] = i % 3;
    }
    NDArray every = manager.create(all, new Shape(27, 3, 1, 1));
    double[] logMass =
        doubles(at(family, parameters, DataType.FLOAT64, 3, 27, 3, 1, 1).logProb(every));
    for (int i = 0; i < 27; i++) {
      double mass = Math.exp(logMass[i]);
      double error = 4.5 * Math.sqrt(mass * (1 - mass) / count); // 27 of them: once in 5,000 runs
      assertThat(seen[i] / count).isCloseTo(mass, within(error));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void drawsLieOnTheGridAndComeWithTheirLogProb(DataType type) {
    for (int batch : new int[] {1, 4}) {
      for (boolean coupling : new boolean[] {true, false}) {
        DiscretizedLogisticMixture family = new DiscretizedLogisticMixture(10, coupling);
        NDList parameters = new NDList();
        parameters(family, 1, new Shape(3, 4, 5), batch)
            .forEach(p -> parameters.add(p.toType(type, false)));
        Distribution mixture = at(family, parameters, type, 256, 4, 3, 4, 5);
        Draw draw = mixture.draw();
        assertThat(draw.value().getShape()).isEqualTo(new Shape(4, 3, 4, 5));
        assertThat(draw.value().getDataType()).isEqualTo(type);
        assertThat(draw.logProb().getShape()).isEqualTo(new Shape(4));
        assertThat(Arrays.stream(doubles(draw.logProb())).allMatch(Double::isFinite)).isTrue();
        assertThat(doubles(draw.logProb())).isEqualTo(doubles(mixture.logProb(draw.value())));
        Shape rows = new Shape(batch, 3, 4, 5);
        assertThat(mixture.mode().getShape()).isEqualTo(rows);
        assertThat(mixture.mean().getShape()).isEqualTo(rows);
        assertThat(doubles(mixture.logProb(mixture.mode())))
            .doesNotContain(Double.NEGATIVE_INFINITY);
        assertThat(Arrays.stream(doubles(mixture.mean()))).allMatch(m -> m >= 0 && m <= 255);
      }
    }
  }

  @Test
  void modeFollowsTheStrongestComponentFromChannelToChannel() {
    NDList parameters =
        new NDList(
            column(1, 2), // the second component
            column(0, 0.2, 0, -0.1, 0, 2),
            column(0, 0, 0, 0, 0, 0),
            column(0, 0.5, 0, 0.1, 0, -0.3));
    double[] mode =
        doubles(
            at(new DiscretizedLogisticMixture(2, true), parameters, DataType.FLOAT64, 101, 1, 3)
                .mode());
    double r = 60; // 0.2 of [-1, 1] on 101 levels
    double g = Math.rint(50 + 50 * (-0.1 + Math.tanh(0.5) * 0.2));
    assertThat(mode).containsExactly(r, g, 100);
  }

  @Test
  void meanIsThatOfTheMasses() {
    DiscretizedLogisticMixture family = new DiscretizedLogisticMixture(2, true);
    NDList wide = parameters(family, 4, new Shape(1, 1, 1), 1);
    double[] logMass =
        doubles(
            at(family, wide, DataType.FLOAT64, 16, 16, 1)
                .logProb(manager.arange(16).toType(DataType.FLOAT64, false).reshape(16, 1, 1, 1)));
    double expected = IntStream.range(0, 16).mapToDouble(v -> v * Math.exp(logMass[v])).sum();
    assertThat(doubles(at(family, wide, DataType.FLOAT64, 16, 1, 1).mean())[0])
        .isCloseTo(expected, within(0.02)); // of the continuous logistic held within the grid
    NDList narrow =
        new NDList(column(0), column(0.2, -0.1, 0), column(-5, -5, -5), column(0.5, 0.1, -0.3));
    double r = 0.2;
    double g = -0.1 + Math.tanh(0.5) * r;
    double b = Math.tanh(0.1) * r + Math.tanh(-0.3) * g;
    assertThat(
            doubles(
                at(new DiscretizedLogisticMixture(1, true), narrow, DataType.FLOAT64, 256, 1, 3)
                    .mean()))
        .containsExactly(
            new double[] {127.5 * (r + 1), 127.5 * (g + 1), 127.5 * (b + 1)}, within(1e-6));
  }

  @Test
  void valuesOffTheGridScoreMinusInfinity() {
    NDArray value = manager.create(new float[] {-1, 0.5f, 255.5f, 256}).reshape(4, 1, 1, 1);
    NDList parameters = parameters(COUPLED, 1, new Shape(1, 1, 1), 1);
    assertThat(doubles(at(COUPLED, parameters, DataType.FLOAT64, 256, 4, 1).logProb(value)))
        .containsOnly(Double.NEGATIVE_INFINITY);
  }

  @Test
  void gradientsAreThoseOfTheMasses() {
    NDList parameters = parameters(COUPLED, 3, new Shape(3, 2, 1), 4);
    NDArray value = levels(5, 4, 3, 2, 1);
    for (int i = 0; i < parameters.size(); i++) {
      int which = i;
      UnaryOperator<NDArray> f =
          p -> {
            NDList changed = new NDList(parameters);
            changed.set(which, p);
            return at(COUPLED, changed, DataType.FLOAT64, 16, 4, 3, 2, 1).logProb(value);
          };
      assertThat(gradient(f, parameters.get(i)))
          .containsExactly(differences(f, parameters.get(i)), within(DIFFERENCE));
    }
  }

  @Test
  void gradientsAreFiniteOnTheWholeGridAtExtremeParameters() {
    NDArray grid = manager.arange(256).toType(DataType.FLOAT32, false).reshape(256, 1, 1, 1);
    NDArray value = grid.broadcast(256, 3, 1, 1);
    for (int trial = 0; trial < 60; trial++) {
      NDList parameters = extreme(trial, new Shape(3, 1, 1), DataType.FLOAT32);
      for (int i = 0; i < parameters.size(); i++) {
        int which = i;
        double[] slopes =
            gradient(
                p -> {
                  NDList changed = new NDList(parameters);
                  changed.set(which, p);
                  return at(COUPLED, changed, DataType.FLOAT32, 256, 256, 3).logProb(value);
                },
                parameters.get(i));
        assertThat(Arrays.stream(slopes).allMatch(Double::isFinite)).as("%d", trial).isTrue();
      }
    }
  }

  @Test
  void rowsAreIndependent() {
    NDList parameters = parameters(COUPLED, 3, new Shape(3, 2, 1), 6);
    NDArray value = levels(5, 6, 3, 2, 1);
    double[] all =
        doubles(at(COUPLED, parameters, DataType.FLOAT64, 16, 6, 3, 2, 1).logProb(value));
    double[] some =
        doubles(
            at(COUPLED, rows(parameters, 2, 4), DataType.FLOAT64, 16, 2, 3, 2, 1)
                .logProb(value.get("2:4")));
    assertThat(some).containsExactly(all[2], all[3]);
  }

  @Test
  void hasAsManyParametersAsThePaper() {
    DiscretizedLogisticMixture family = new DiscretizedLogisticMixture(10, true);
    Space image = new Space(new Shape(3, 32, 32), 256);
    assertThat(family.parameters(image).stream().mapToLong(p -> p.shape().get(0)).sum())
        .isEqualTo(100); // Salimans et al. (2017), section 2.2
    assertThat(family.parameters(new Space(new Shape(1, 8, 8), 256)))
        .hasSize(3); // nothing to couple
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(() -> new DiscretizedLogisticMixture(0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1, not 0");
    assertRefused(new Space(new Shape(3, 8, 8), 0), "real values");
    assertRefused(new Space(new Shape(3, 8), 256), "(3, 8)");
    assertRefused(new Space(new Shape(5, 8, 8), 256), "coupling: false");
  }

  private static void assertRefused(Space space, String part) {
    assertThatThrownBy(() -> COUPLED.parameters(space))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part)
        .hasMessageNotContaining("\n");
  }

  /** Parameters drawn from {@link #EXTREMES}, one row. */
  private NDList extreme(int seed, Shape image, DataType type) {
    Random random = new Random(seed);
    NDList parameters = new NDList();
    for (Parameters p : COUPLED.parameters(new Space(image, 256))) {
      double[] drawn =
          random.ints(p.shape().size(), 0, EXTREMES.length).mapToDouble(i -> EXTREMES[i]).toArray();
      parameters.add(manager.create(drawn, new Shape(1).addAll(p.shape())).toType(type, false));
    }
    return parameters;
  }

  /** Standard normal parameters. */
  private NDList parameters(DiscretizedLogisticMixture family, long seed, Shape image, int batch) {
    NDList parameters = new NDList();
    for (Parameters p : family.parameters(new Space(image, 256))) {
      Shape shape = new Shape(batch).addAll(p.shape());
      parameters.add(values(manager, seed + parameters.size(), shape.getShape()));
    }
    return parameters;
  }

  private NDArray levels(long seed, long... shape) {
    Shape all = new Shape(shape);
    double[] drawn = new Random(seed).ints(all.size(), 0, 16).asDoubleStream().toArray();
    return manager.create(drawn, all);
  }

  /** The parameters of one pixel, [1, n, 1, 1]. */
  private NDArray column(double... parameters) {
    return manager.create(parameters, new Shape(1, parameters.length, 1, 1));
  }

  private Distribution at(
      DiscretizedLogisticMixture family,
      NDList parameters,
      DataType type,
      int levels,
      int batch,
      long... image) {
    long[] shape = image.length == 1 ? new long[] {image[0], 1, 1} : image;
    return family.of(
        TestPass.of(manager, batch, type, 3), new Space(new Shape(shape), levels), parameters);
  }
}
