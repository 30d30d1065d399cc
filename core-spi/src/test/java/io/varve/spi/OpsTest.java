package io.varve.spi;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpsTest {
  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

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
  void constantsKeepTheDataType(DataType type) {
    NDArray x = manager.ones(new Shape(2, 3), type);
    NDArray y = x.mul(Ops.constant(x, 0.1));
    assertThat(y.getDataType()).isEqualTo(type);
    assertThat(doubles(y)).containsOnly(type == DataType.FLOAT64 ? 0.1 : 0.1f);
  }

  @Test
  void sumsEventsOfEveryRank() {
    for (long[] shape : List.of(new long[] {5}, new long[] {5, 1}, new long[] {5, 2, 3, 4})) {
      NDArray x = manager.ones(new Shape(shape));
      assertThat(Ops.sumEvent(x).getShape()).isEqualTo(new Shape(5));
      assertThat(doubles(Ops.sumEvent(x))).containsOnly(x.size() / 5.0);
    }
  }

  @Test
  void clipHoldsValuesAndStopsGradientsOutside() {
    NDArray x = manager.create(new double[] {-9, -1, 0.5, 2, 9});
    assertThat(Ops.clip(x, -2, 3).toDoubleArray()).containsExactly(-2, -1, 0.5, 2, 3);
    assertThat(gradient(a -> Ops.clip(a, -2, 3), x)).containsExactly(0, 1, 1, 1, 0);
  }

  @Test
  void logSumExpNeitherOverflowsNorLosesMinusInfinity() {
    double none = Double.NEGATIVE_INFINITY;
    NDArray x = manager.create(new double[][] {{1000, 1000}, {-1000, none}, {none, none}, {0, 1}});
    assertThat(Ops.logSumExp(x, 1).toDoubleArray())
        .containsExactly(
            new double[] {1000 + Math.log(2), -1000, none, Math.log1p(Math.E)}, within(1e-12));
  }

  @Test
  void gradientsAreThoseOfTheFunctions() {
    NDArray x = values(manager, 7, 4, 3);
    for (UnaryOperator<NDArray> f :
        List.<UnaryOperator<NDArray>>of(
            Ops::softplus,
            Ops::softplusElu,
            a -> Ops.logSumExp(a, 1),
            a -> Ops.sumEvent(a.square()))) {
      assertThat(gradient(f, x)).containsExactly(differences(f, x), within(DIFFERENCE));
    }
  }

  @Test
  void softplusEluKeepsTheFloorOfThePaper() {
    double floor = Ops.softplusElu(manager.create(new double[] {-50})).getDouble(0);
    assertThat(floor).isEqualTo(Math.log1p(Math.exp(-1)), within(1e-12));
  }
}
