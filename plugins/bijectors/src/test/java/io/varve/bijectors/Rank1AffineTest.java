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
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Network;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.TestPass;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rank1AffineTest {
  private static final Site SITE = new Site("z.shared[0]", 1);
  private static final Shape EVENT = new Shape(4);
  private static final int D = 4;
  private static final int BATCH = 5;

  /** Rounding of double-precision sums of a few terms. */
  private static final double ROUNDING = 1e-10;

  /** Central differences of step 1e-5 in double precision, of values up to a few hundred. */
  private static final double DIFFERENCE = 1e-6;

  /** Cuts its input [B, 12] into three outputs [B, 4]. */
  private static final Network CUT =
      (site, inputs, outputs) ->
          new LambdaBlock(list -> list.singletonOrThrow().split(new long[] {4, 8}, 1), "cut");

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
  @ValueSource(doubles = {0.1, 1, 20})
  void mapsAsTheMatrixSays(double size) {
    NDList context = context(BATCH, size);
    NDArray x = values(manager, 3, BATCH, D);
    double[] c = doubles(context.head());
    double[] y = doubles(conditioned().forward(pass(BATCH), x, context).value());
    for (int b = 0; b < BATCH; b++) {
      for (int i = 0; i < D; i++) {
        double encoded = c[12 * b + i];
        double elu = encoded > 0 ? encoded : Math.expm1(encoded);
        double expected = Math.log1p(Math.exp(elu)) * doubles(x)[D * b + i] + c[12 * b + 8 + i];
        for (int j = 0; j < D; j++) {
          expected += c[12 * b + 4 + i] * c[12 * b + 4 + j] * doubles(x)[D * b + j];
        }
        assertThat(y[D * b + i]).isCloseTo(expected, within(ROUNDING * (1 + Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 20})
  void invertsWhatItMaps(double size) {
    NDList context = context(BATCH, size);
    for (Bijection f : List.of(conditioned(), inverse(conditioned()))) {
      NDArray x = values(manager, 3, BATCH, D);
      Mapped there = f.forward(pass(BATCH), x, context);
      Mapped back = f.inverse(pass(BATCH), there.value(), context);
      assertThat(doubles(back.value())).containsExactly(doubles(x), within(ROUNDING * 100));
      assertThat(doubles(back.logDet().neg()))
          .containsExactly(doubles(there.logDet()), within(ROUNDING));
    }
  }

  @Test
  void logDeterminantIsThatOfTheJacobian() {
    NDList context = context(1, 1);
    NDArray x = values(manager, 3, 1, D);
    for (Bijection f : List.of(conditioned(), inverse(conditioned()))) {
      double[][] jacobian = new double[D][];
      for (int i = 0; i < D; i++) {
        String column = ":," + i;
        jacobian[i] = differences(v -> f.forward(pass(1), v, context).value().get(column), x);
      }
      assertThat(doubles(f.forward(pass(1), x, context).logDet()))
          .containsExactly(
              new double[] {Math.log(Math.abs(determinant(jacobian)))}, within(DIFFERENCE));
    }
  }

  /** By elimination; good enough for a small well-conditioned matrix. */
  private static double determinant(double[][] m) {
    double product = 1;
    for (int i = 0; i < m.length; i++) {
      product *= m[i][i];
      for (int row = i + 1; row < m.length; row++) {
        double factor = m[row][i] / m[i][i];
        for (int column = i; column < m.length; column++) {
          m[row][column] -= factor * m[i][column];
        }
      }
    }
    return product;
  }

  @Test
  void gradientsAreThoseOfTheMap() {
    NDList context = context(2, 1);
    NDArray x = values(manager, 3, 2, D);
    for (Bijection f : List.of(conditioned(), inverse(conditioned()))) {
      for (UnaryOperator<NDArray> g :
          List.<UnaryOperator<NDArray>>of(
              v -> f.forward(pass(2), v, context).value().square(),
              v -> f.inverse(pass(2), v, context).value().square())) {
        assertThat(gradient(g, x)).containsExactly(differences(g, x), within(DIFFERENCE));
      }
      UnaryOperator<NDArray> ofContext =
          c -> {
            Mapped mapped = f.forward(pass(2), x, new NDList(c));
            return mapped.value().square().sum().add(mapped.logDet().sum());
          };
      assertThat(gradient(ofContext, context.head()))
          .containsExactly(differences(ofContext, context.head()), within(DIFFERENCE));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void learnsConstantsWhereThereIsNoContext(DataType type) {
    for (Optional<Network> network : List.of(Optional.<Network>empty(), Optional.of(CUT))) {
      Bijection f = initialised(new Rank1Affine(network), List.of(), type);
      assertThat(f.parameters())
          .extracting(Parameter::getName)
          .containsExactly("scale", "direction", "shift");
      NDArray x = values(manager, 3, BATCH, D).toType(type, false);
      Mapped there = f.forward(pass(BATCH), x, new NDList());
      assertThat(there.logDet().getShape()).isEqualTo(new Shape(BATCH));
      assertThat(there.value().getDataType()).isEqualTo(type);
      assertThat(there.logDet().getDataType()).isEqualTo(type);
      assertThat(doubles(there.value())).containsExactly(doubles(x), within(1.0)); // near x
      Mapped back = f.inverse(pass(BATCH), there.value(), new NDList());
      assertThat(back.logDet().getShape()).isEqualTo(new Shape(BATCH));
      assertThat(doubles(back.value())).containsExactly(doubles(x), within(1e-5));
    }
  }

  @Test
  void directionLearnsFromTheStart() {
    Bijection f = initialised(new Rank1Affine(Optional.empty()), List.of(), DataType.FLOAT64);
    NDArray direction = f.parameters().get(1).getArray();
    assertThat(doubles(direction)).doesNotContain(0.0);
  }

  @Test
  void rowsAreIndependent() {
    NDList context = context(6, 1);
    NDArray x = values(manager, 3, 6, D);
    Mapped all = conditioned().inverse(pass(6), x, context);
    Mapped some =
        conditioned().inverse(pass(2), x.get("2:4"), new NDList(context.head().get("2:4")));
    assertThat(doubles(some.value()))
        .containsExactly(doubles(all.value().get("2:4")), within(ROUNDING));
    assertThat(doubles(some.logDet()))
        .containsExactly(doubles(all.logDet().get("2:4")), within(ROUNDING));
  }

  @Test
  void refusesOtherEventsAndUnreadContext() {
    Bijector bijector = new Rank1Affine(Optional.empty());
    assertThatThrownBy(() -> bijector.build(SITE, new Shape(2, 3), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[D]", "(2, 3)");
    assertThatThrownBy(() -> bijector.build(SITE, EVENT, List.of(new Shape(3))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no network");
  }

  @Test
  void inverseKeepsTheParameters() {
    Bijection inverse =
        new Inverse(new Rank1Affine(Optional.empty())).build(SITE, EVENT, List.of());
    assertThat(inverse.parameters()).hasSize(3);
  }

  private static Bijection conditioned() {
    return new Rank1Affine(Optional.of(CUT)).build(SITE, EVENT, List.of(new Shape(12)));
  }

  private static Bijection inverse(Bijection of) {
    Bijector given = (site, event, context) -> of;
    return new Inverse(given).build(SITE, EVENT, List.of(new Shape(12)));
  }

  private Bijection initialised(Bijector bijector, List<Shape> context, DataType type) {
    Bijection f = bijector.build(SITE, EVENT, context);
    f.parameters().forEach(p -> p.initialize(manager, type));
    return f;
  }

  private NDList context(int batch, double size) {
    return new NDList(values(manager, 7, batch, 12).mul(manager.create(size)));
  }

  private Pass pass(int batch) {
    return TestPass.of(manager, batch, DataType.FLOAT64, 1);
  }
}
