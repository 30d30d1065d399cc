package io.varve.bijectors;

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
import ai.djl.nn.LambdaBlock;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplineTest {
  private static final Site SITE = new Site("z.shared[0]", 1);
  private static final int D = 5;
  private static final int KEPT = 2;
  private static final int BINS = 4;
  private static final double BOUND = 3;
  private static final int T = D - KEPT;
  private static final int RAW = T * (3 * BINS - 1);

  /** Rounding through a root whose argument is squared. */
  private static final double DOUBLE = 1e-9;

  /** Single precision, relative to a bound of 3 and divided by slopes of about 0.1. */
  private static final double SINGLE = 1e-4;

  /** Cuts the context into widths, heights and slopes, after the kept values have moved it. */
  private static final Network CUT =
      (site, inputs, outputs) ->
          new LambdaBlock(
              list -> {
                NDArray moved = list.get(0).sum(new int[] {1}, true).sin();
                NDArray raw = list.get(1).add(moved.mul(list.get(1).cos()));
                long first = outputs.get(0).size();
                return raw.split(new long[] {first, 2 * first}, 1);
              },
              "cut");

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Spline keys(int layers) {
    return new Spline(CUT, BINS, BOUND, layers, KEPT);
  }

  /** Layers whose raw widths, heights and slopes are of this size. */
  private Laws laws(int layers, int rows, double size, DataType type) {
    Bijection f = keys(layers).build(SITE, new Shape(D), List.of(new Shape(RAW)));
    initialise(f, type);
    NDArray raw = values(manager, 7, rows, RAW).mul(manager.create(size)).toType(type, false);
    return new Laws(manager, f, new NDList(raw));
  }

  /** With gains of 1. */
  private void initialise(Bijection f, DataType type) {
    Laws.initialise(manager, f, type, 0);
    f.parameters().forEach(gain -> gain.getArray().divi(gain.getArray().duplicate()));
  }

  private NDArray edges(DataType type) {
    double next = BOUND * (1 - 1e-7);
    return Laws.rows(
        manager, type, new Shape(D), 0, BOUND, -BOUND, next, -next, BOUND + 1e-7, 1e3, -1e3);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void invertsWhatItMaps(DataType type) {
    double tolerance = type == DataType.FLOAT32 ? SINGLE : DOUBLE;
    double size = type == DataType.FLOAT32 ? 0.5 : 1; // steep splines multiply rounding
    for (int layers : new int[] {1, 3}) {
      NDArray x = values(manager, 3, 12, D).mul(manager.create(2.0)).toType(type, false);
      laws(layers, 12, size, type).undoes(x, tolerance);
      laws(layers, 12, size, type).keepsRowsApart(x, tolerance);
      laws(layers, 8, size, type).undoes(edges(type), tolerance);
    }
  }

  @Test
  void mapsImagesRowByRow() {
    Bijection images = keys(2).build(SITE, new Shape(5, 1, 1), List.of(new Shape(RAW)));
    initialise(images, DataType.FLOAT64);
    Laws vectors = laws(2, 4, 1, DataType.FLOAT64);
    NDArray x = values(manager, 3, 4, D);
    Laws laws = new Laws(manager, images, vectors.context());
    laws.undoes(x.reshape(4, 5, 1, 1), DOUBLE);
    assertThat(doubles(laws.forward(x.reshape(4, 5, 1, 1)).value()))
        .containsExactly(doubles(vectors.forward(x).value()));
  }

  /** Equations 4 and 5, knot by knot, in plain loops. */
  @Test
  void mapsAsTheFormulaSays() {
    int rows = 20;
    Laws laws = laws(1, rows, 1, DataType.FLOAT64);
    NDArray x = values(manager, 3, rows, D).mul(manager.create(1.5));
    Mapped mapped = laws.forward(x);
    double[] y = doubles(mapped.value());
    double[] raw = doubles(laws.context().head());
    for (int row = 0; row < rows; row++) {
      double logDet = 0;
      double moved = Math.sin(doubles(x)[row * D] + doubles(x)[row * D + 1]);
      double[] own = Arrays.copyOfRange(raw, row * RAW, (row + 1) * RAW);
      Arrays.setAll(own, i -> own[i] + moved * Math.cos(own[i]));
      for (int i = 0; i < D; i++) {
        double at = doubles(x)[row * D + i];
        double[] expected = i < KEPT ? new double[] {at, 0} : spline(own, i - KEPT, at);
        assertThat(y[row * D + i]).isCloseTo(expected[0], within(DOUBLE));
        logDet += expected[1];
      }
      assertThat(doubles(mapped.logDet())[row]).isCloseTo(logDet, within(DOUBLE));
    }
  }

  private static double[] spline(double[] raw, int value, double x) {
    double[] xs = knots(Arrays.copyOfRange(raw, value * BINS, (value + 1) * BINS));
    int heights = T * BINS;
    double[] ys =
        knots(Arrays.copyOfRange(raw, heights + value * BINS, heights + (value + 1) * BINS));
    double[] slopes = new double[BINS + 1];
    Arrays.fill(slopes, 1);
    for (int k = 1; k < BINS; k++) {
      double at = raw[2 * heights + value * (BINS - 1) + k - 1];
      slopes[k] = 1e-3 + Math.log1p(Math.exp(at + Math.log(Math.exp(1 - 1e-3) - 1)));
    }
    for (int k = 0; k < BINS; k++) {
      if (x >= xs[k] && x < xs[k + 1] && x > -BOUND) {
        double s = (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k]);
        double t = (x - xs[k]) / (xs[k + 1] - xs[k]);
        double below = s + (slopes[k + 1] + slopes[k] - 2 * s) * t * (1 - t);
        double above = (ys[k + 1] - ys[k]) * (s * t * t + slopes[k] * t * (1 - t));
        double slope =
            s
                * s
                * (slopes[k + 1] * t * t + 2 * s * t * (1 - t) + slopes[k] * (1 - t) * (1 - t))
                / (below * below);
        return new double[] {ys[k] + above / below, Math.log(slope)};
      }
    }
    return new double[] {x, 0};
  }

  private static double[] knots(double... raw) {
    double sum = DoubleStream.of(raw).map(Math::exp).sum();
    double[] knots = new double[BINS + 1];
    knots[0] = -BOUND;
    for (int k = 0; k < BINS; k++) {
      double share = 1e-3 + (1 - 1e-3 * BINS) * Math.exp(raw[k]) / sum;
      knots[k + 1] = knots[k] + 2 * BOUND * share;
    }
    return knots;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void logDeterminantIsThatOfTheJacobian(int layers) {
    laws(layers, 1, 1, DataType.FLOAT64).hasTheDeterminantOfItsJacobian(values(manager, 3, 1, D));
  }

  @Test
  void gradientsAreThoseOfTheMap() {
    laws(2, 2, 1, DataType.FLOAT64)
        .hasGradientsOfItsSlopes(values(manager, 3, 2, D).mul(manager.create(2.0)));
  }

  /** Extreme parameters make bins of the least width beside bins of almost all of it. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void gradientsAreFiniteAtEdgesAndExtremes(DataType type) {
    for (double size : new double[] {0, 1, 50}) {
      Laws laws = laws(2, 8, size, type);
      laws.hasFiniteGradients(edges(type));
      laws.hasFiniteGradients(values(manager, 3, 8, D).toType(type, false));
      for (NDArray raw : laws.context()) {
        NDArray x = edges(type);
        double[] slopes =
            gradient(
                c -> {
                  Mapped y = laws.f().forward(laws.pass(), x, new NDList(c));
                  Mapped back = laws.f().inverse(laws.pass(), x, new NDList(c));
                  return y.value().add(back.value()).sum().add(back.logDet().sum());
                },
                raw);
        assertThat(DoubleStream.of(slopes)).allMatch(Double::isFinite);
      }
    }
  }

  @Test
  void leavesABatchInTheTailsAsItIs() {
    Laws laws = laws(3, 4, 1, DataType.FLOAT32);
    NDArray x =
        Laws.rows(manager, DataType.FLOAT32, new Shape(D), BOUND, -BOUND, BOUND + 1e-3, -1e30);
    for (Mapped mapped : new Mapped[] {laws.forward(x), laws.inverse(x)}) {
      assertThat(doubles(mapped.value())).containsExactly(doubles(x));
      assertThat(doubles(mapped.logDet())).containsOnly(0);
    }
    double[] slopes = gradient(v -> laws.forward(v).value(), x);
    assertThat(slopes).containsOnly(1);
  }

  /** Of bins of equal width the knots are whole numbers, which a value can hit. */
  @Test
  void mapsKnotsToKnots() {
    Network heights =
        (site, inputs, outputs) ->
            new LambdaBlock(
                list -> {
                  NDArray raw = list.get(1);
                  long first = outputs.get(0).size();
                  NDList parts = raw.split(new long[] {first, 2 * first}, 1);
                  return new NDList(parts.get(0).zerosLike(), parts.get(1), parts.get(2));
                },
                "heights");
    Spline keys = new Spline(heights, 4, 4, 1, KEPT);
    Bijection f = keys.build(SITE, new Shape(D), List.of(new Shape(RAW)));
    initialise(f, DataType.FLOAT64);
    NDArray raw = values(manager, 7, 5, RAW);
    Laws laws = new Laws(manager, f, new NDList(raw));
    NDArray x = Laws.rows(manager, DataType.FLOAT64, new Shape(D), -4, -2, 0, 2, 4);
    double[] y = doubles(laws.forward(x).value());
    for (int row = 0; row < 5; row++) {
      for (int i = KEPT; i < D; i++) {
        int from = row * RAW + T * BINS + (i - KEPT) * BINS;
        double[] knots = knots(Arrays.copyOfRange(doubles(raw), from, from + BINS));
        assertThat(y[row * D + i]).isCloseTo(knots[row] * 4 / BOUND, within(DOUBLE));
      }
    }
    laws.undoes(x, DOUBLE);
    laws.hasFiniteGradients(x);
    UnaryOperator<NDArray> value = v -> laws.forward(v).value(); // its slope has a kink at a knot
    assertThat(gradient(value, x)).containsExactly(differences(value, x), within(1e-4));
  }

  @Test
  void aNetworkOfZerosIsTheIdentity() {
    NDArray zero = values(manager, 7, 8, RAW).zerosLike();
    Network none =
        (site, inputs, outputs) ->
            new LambdaBlock(
                list -> list.get(1).split(new long[] {T * BINS, 2L * T * BINS}, 1), "none");
    Bijection f =
        new Spline(none, BINS, BOUND, 4, KEPT).build(SITE, new Shape(D), List.of(new Shape(RAW)));
    initialise(f, DataType.FLOAT64);
    NDArray x = values(manager, 3, 8, D);
    Mapped mapped = new Laws(manager, f, new NDList(zero)).forward(x);
    assertThat(doubles(mapped.value())).containsExactly(doubles(x), within(DOUBLE));
    assertThat(doubles(mapped.logDet())).containsExactly(new double[8], within(DOUBLE));
  }

  @Test
  void startsNearTheIdentity() {
    Bijection f = keys(1).build(SITE, new Shape(D), List.of(new Shape(RAW)));
    Laws.initialise(manager, f, DataType.FLOAT64, 0);
    Laws laws = new Laws(manager, f, new NDList(values(manager, 7, 8, RAW)));
    NDArray x = Laws.rows(manager, DataType.FLOAT64, new Shape(D), -2, -1, -0.5, 0, 0.5, 1, 2, 2.5);
    assertThat(doubles(laws.forward(x).value())).containsExactly(doubles(x), within(0.5));
    assertThat(doubles(laws.forward(x).logDet())).containsExactly(new double[8], within(1.0));
  }

  @Test
  void readsOneRowForManyAndManyForOne() {
    Laws many = laws(2, 3, 1, DataType.FLOAT64);
    NDArray row = values(manager, 3, 1, D);
    Mapped one = many.forward(row);
    assertThat(doubles(one.value()))
        .containsExactly(doubles(many.forward(row.repeat(0, 3)).value()), within(DOUBLE));
    NDList first = new NDList(many.context().head().get("0:1"));
    assertThat(new Laws(manager, many.f(), first).inverse(row.repeat(0, 3)).logDet().getShape())
        .isEqualTo(new Shape(3));
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(() -> new Spline(CUT, 1, 3, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bins: expected 2 to 500, got 1");
    assertThatThrownBy(() -> new Spline(CUT, 4, Double.NaN, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Spline(CUT, 4, 3, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layers");
    assertThatThrownBy(() -> new Spline(CUT, 4, 3, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kept");
    assertThatThrownBy(() -> keys(1).build(SITE, new Shape(2), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("keeps 2", "(2)");
  }
}
