package io.varve.bijectors;

import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Site;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The logit and the permutation, which learn nothing. */
class FixedMapsTest {
  private static final Site SITE = new Site("x.flow[0]", 1);
  private static final Shape EVENT = new Shape(2, 3);
  private static final double DOUBLE = 1e-10;

  /** A sigmoid loses digits near 1, the more the smaller alpha. */
  private static final double SINGLE = 1e-4;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private Laws laws(Bijector bijector, DataType type) {
    Bijection f = bijector.build(SITE, EVENT, List.of());
    Laws.initialise(manager, f, type, 0);
    return new Laws(manager, f, new NDList());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 1e-6})
  void logitIsItsFormula(double alpha) {
    Laws laws = laws(new Logit(alpha), DataType.FLOAT64);
    NDArray x = Laws.rows(manager, DataType.FLOAT64, EVENT, 0, 1, 0.5, 0.25);
    double[] y = doubles(laws.forward(x).value());
    for (int i = 0; i < y.length; i++) {
      double p = alpha + (1 - 2 * alpha) * doubles(x)[i];
      assertThat(y[i]).isCloseTo(Math.log(p / (1 - p)), within(DOUBLE * 100));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void logitKeepsTheLaws(DataType type) {
    double tolerance = type == DataType.FLOAT32 ? SINGLE : DOUBLE;
    Laws laws = laws(new Logit(0.05), type);
    NDArray x = Laws.rows(manager, type, EVENT, 0, 1, 0.5, 1e-3, 0.999);
    NDArray y = Laws.rows(manager, type, EVENT, 0, 1, -1, 2.5, -2.5);
    laws.undoes(x, laws.forward(x), laws::inverse, tolerance);
    laws.undoes(y, laws.inverse(y), laws::forward, tolerance);
    assertThat(doubles(laws.inverse(Laws.rows(manager, type, EVENT, 1e3, -1e3)).logDet()))
        .containsExactly(new double[] {-6e3, -6e3}, within(10.0));
  }

  @Test
  void logDeterminantOfTheLogitIsThatOfTheJacobian() {
    Laws laws = laws(new Logit(0.05), DataType.FLOAT64);
    laws.hasTheDeterminantOfItsJacobian(
        manager.create(new double[] {0.1, 0.2, 0.3, 0.5, 0.8, 0.95}, new Shape(1, 2, 3)));
    laws.hasGradientsOfItsSlopes(
        manager.create(new double[] {0.1, 0.2, 0.3, 0.5, 0.8, 0.95}, new Shape(1, 2, 3)));
  }

  @Test
  void reverseTakesTheLastFirst() {
    Laws laws = laws(new Permutation(Permutation.Order.REVERSE), DataType.FLOAT32);
    NDArray x = manager.arange(12f).reshape(2, 2, 3);
    Mapped mapped = laws.forward(x);
    assertThat(doubles(mapped.value())).containsExactly(5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6);
    assertThat(doubles(mapped.logDet())).containsExactly(0, 0);
  }

  @ParameterizedTest
  @EnumSource
  void permutationsKeepTheLaws(Permutation.Order order) {
    Laws laws = laws(new Permutation(order), DataType.FLOAT64);
    NDArray x = values(manager, 3, 4, 2, 3);
    laws.undoes(x, 0);
    laws.keepsRowsApart(x, 0);
    laws.hasTheDeterminantOfItsJacobian(values(manager, 3, 1, 2, 3));
    laws.hasGradientsOfItsSlopes(values(manager, 3, 1, 2, 3));
    assertThat(doubles(laws.forward(x).value().get("0")))
        .containsExactlyInAnyOrder(doubles(x.get("0")));
  }

  @Test
  void randomOrdersFollowTheSeed() {
    Permutation keys = new Permutation(Permutation.Order.RANDOM);
    Shape event = new Shape(30);
    NDArray x = manager.arange(30f).reshape(1, 30);
    double[][] found = new double[3][];
    for (int i = 0; i < 3; i++) {
      Bijection f = keys.build(new Site("x", i / 2), event, List.of());
      Laws.initialise(manager, f, DataType.FLOAT32, 0);
      found[i] = doubles(new Laws(manager, f, new NDList()).forward(x).value());
    }
    assertThat(found[0]).containsExactly(found[1]).isNotEqualTo(found[2]);
  }

  @Test
  void refuseContextAndBadKeys() {
    for (Bijector bijector :
        List.of(
            new Logit(0.1), new Permutation(Permutation.Order.REVERSE), new BatchNorm(0.1, 1))) {
      assertThatThrownBy(() -> bijector.build(SITE, EVENT, List.of(new Shape(3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("drop 'given'");
    }
    for (double alpha : new double[] {0, 0.5, Double.NaN}) {
      assertThatThrownBy(() -> new Logit(alpha))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("got " + alpha);
    }
  }
}
