package io.varve.bijectors;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.TestPass;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;

/** What every bijection keeps, at arguments of choice: rules B2 to B4 and X7 of the contract. */
record Laws(NDManager manager, Bijection f, NDList context) {
  /** Central differences of step 1e-5 in double precision, per unit of the result. */
  private static final double DIFFERENCE = 1e-6;

  /**
   * Gives the parameters their starting values, and moves those that are trained by seeded noise.
   */
  static void initialise(NDManager manager, Bijection f, DataType type, double noise) {
    Random random = new Random(11);
    manager.getEngine().setRandomSeed(5);
    for (Parameter p : f.parameters()) {
      p.initialize(manager, type);
      if (p.requiresGradient()) {
        double[] moves = new double[(int) p.getShape().size()];
        Arrays.setAll(moves, i -> noise * random.nextGaussian());
        p.getArray().addi(manager.create(moves, p.getShape()).toType(type, false));
      }
    }
  }

  Pass pass() {
    return TestPass.of(manager, 1, DataType.FLOAT64, 1); // nothing here draws
  }

  Mapped forward(NDArray x) {
    return f.forward(pass(), x, context);
  }

  Mapped inverse(NDArray y) {
    return f.inverse(pass(), y, context);
  }

  /** Each direction undoes the other and has the other's log-determinant, negated. */
  void undoes(NDArray x, double tolerance) {
    undoes(x, forward(x), this::inverse, tolerance);
    undoes(x, inverse(x), this::forward, tolerance);
  }

  /** The same where only one direction may start from these values. */
  void undoes(NDArray x, Mapped there, Function<NDArray, Mapped> undo, double tolerance) {
    Mapped back = undo.apply(there.value());
    for (Mapped mapped : new Mapped[] {there, back}) {
      assertThat(mapped.value().getShape()).isEqualTo(x.getShape());
      assertThat(mapped.logDet().getShape()).isEqualTo(x.getShape().slice(0, 1));
      assertThat(mapped.value().getDataType()).isEqualTo(x.getDataType());
      assertThat(mapped.logDet().getDataType()).isEqualTo(x.getDataType());
    }
    assertThat(DoubleStream.of(doubles(there.value()))).allMatch(Double::isFinite);
    double[] found = doubles(back.value());
    double[] expected = doubles(x);
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i])
          .as("value %d", i)
          .isCloseTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
    }
    double[] forth = doubles(there.logDet());
    double[] negated = doubles(back.logDet().neg());
    for (int i = 0; i < forth.length; i++) {
      assertThat(negated[i])
          .as("log-determinant of row %d", i)
          .isCloseTo(forth[i], within(tolerance * (1 + Math.abs(forth[i]))));
    }
  }

  /**
   * The log-determinants are those of the dense Jacobians by differences; x is one row, float64.
   */
  void hasTheDeterminantOfItsJacobian(NDArray x) {
    requireDeterminant(jacobian(v -> forward(v).value(), x), forward(x));
    requireDeterminant(jacobian(v -> inverse(v).value(), x), inverse(x));
  }

  private static void requireDeterminant(double[][] jacobian, Mapped mapped) {
    double expected = logAbsDeterminant(jacobian);
    assertThat(doubles(mapped.logDet()))
        .containsExactly(
            new double[] {expected}, within(DIFFERENCE * 10 * (1 + Math.abs(expected))));
  }

  /** Row i is the slopes along element i, by central differences. */
  double[][] jacobian(UnaryOperator<NDArray> map, NDArray x) {
    double step = 1e-5;
    double[] at = doubles(x);
    double[][] slopes = new double[at.length][at.length];
    for (int i = 0; i < at.length; i++) {
      double[] moved = at.clone();
      moved[i] = at[i] + step;
      double[] right = doubles(map.apply(manager.create(moved, x.getShape())));
      moved[i] = at[i] - step;
      double[] left = doubles(map.apply(manager.create(moved, x.getShape())));
      for (int j = 0; j < right.length; j++) {
        slopes[i][j] = (right[j] - left[j]) / (2 * step);
      }
    }
    return slopes;
  }

  /** By elimination with pivots. */
  private static double logAbsDeterminant(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      for (int row = i + 1; row < m.length; row++) {
        if (Math.abs(m[row][i]) > Math.abs(m[i][i])) {
          double[] pivot = m[row];
          m[row] = m[i];
          m[i] = pivot;
        }
      }
      sum += Math.log(Math.abs(m[i][i]));
      for (int row = i + 1; row < m.length; row++) {
        double factor = m[row][i] / m[i][i];
        for (int column = i; column < m.length; column++) {
          m[row][column] -= factor * m[i][column];
        }
      }
    }
    return sum;
  }

  /** Gradients of values and log-determinants for the argument are slopes; x is float64. */
  void hasGradientsOfItsSlopes(NDArray x) {
    UnaryOperator<NDArray> forth = v -> summed(forward(v));
    UnaryOperator<NDArray> back = v -> summed(inverse(v));
    for (UnaryOperator<NDArray> g : List.of(forth, back)) {
      double[] slopes = differences(g, x);
      double largest = DoubleStream.of(slopes).map(Math::abs).max().orElse(0);
      assertThat(gradient(g, x)).containsExactly(slopes, within(DIFFERENCE * 10 * (1 + largest)));
    }
  }

  /** Gradients for the argument are finite, in both directions. */
  void hasFiniteGradients(NDArray x) {
    assertThat(DoubleStream.of(gradient(v -> summed(forward(v)), x))).allMatch(Double::isFinite);
    assertThat(DoubleStream.of(gradient(v -> summed(inverse(v)), x))).allMatch(Double::isFinite);
  }

  /** One number that every element of a result has a part in. */
  private NDArray summed(Mapped mapped) {
    NDArray weights =
        TestPass.values(manager, 23, mapped.value().getShape().getShape())
            .toType(mapped.value().getDataType(), false);
    return mapped.value().mul(weights).sum().add(mapped.logDet().sum());
  }

  /** A row is what it is whatever rows are beside it; rows of the argument are given. */
  void keepsRowsApart(NDArray x, double tolerance) {
    Mapped all = forward(x);
    String some = "1:3";
    NDList given = new NDList();
    context.forEach(c -> given.add(c.get(some)));
    Mapped alone = new Laws(manager, f, given).forward(x.get(some));
    assertThat(doubles(alone.value()))
        .containsExactly(doubles(all.value().get(some)), within(tolerance));
    assertThat(doubles(alone.logDet()))
        .containsExactly(doubles(all.logDet().get(some)), within(tolerance));
  }

  /** The same value in every place of as many rows. */
  static NDArray rows(NDManager manager, DataType type, Shape event, double... values) {
    int size = (int) event.size();
    double[] all = new double[values.length * size];
    Arrays.setAll(all, i -> values[i / size]);
    return manager.create(all, new Shape(values.length).addAll(event)).toType(type, false);
  }
}
