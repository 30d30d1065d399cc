package io.varve.conformance.arrays;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/** Arrays as numbers on the host, and back. */
public final class Numbers {
  /** Of central differences in double precision: the error is of the order of 1e-9. */
  public static final double STEP = 1e-5;

  private Numbers() {}

  /** An array of numbers, which owns its memory. */
  public static NDArray array(NDManager manager, DataType type, double[] values, Shape shape) {
    try (NDArray exact = manager.create(values, shape)) {
      // To the same type, DJL's toType shares the Java buffer, which goes with the first array.
      return type == DataType.FLOAT64 ? exact.duplicate() : exact.toType(type, true);
    }
  }

  /** The numbers of an array of any type. */
  public static double[] of(NDArray array) {
    try (NDArray exact = array.toType(DataType.FLOAT64, true)) {
      return exact.toDoubleArray();
    }
  }

  /**
   * d f / d x by central differences, [element of x][element of f]; f gets arrays of x's shape.
   *
   * @param x float64
   * @param elements which elements of x to move, by their flat index
   */
  public static double[][] differences(
      Function<NDArray, NDArray> f, NDArray x, double step, int... elements) {
    double[][] slopes = new double[elements.length][];
    for (int i = 0; i < elements.length; i++) {
      double[] above = moved(f, x, elements[i], step);
      double[] below = moved(f, x, elements[i], -step);
      Arrays.setAll(above, j -> (above[j] - below[j]) / (2 * step));
      slopes[i] = above;
    }
    return slopes;
  }

  private static double[] moved(Function<NDArray, NDArray> f, NDArray x, int element, double step) {
    double[] values = x.toDoubleArray();
    values[element] += step;
    try (NDManager scope = x.getManager().newSubManager()) {
      return of(f.apply(array(scope, DataType.FLOAT64, values, x.getShape())));
    }
  }

  /** A number as messages show it. */
  public static String text(double value) {
    return String.format(Locale.ROOT, "%.5g", value);
  }

  /** Fails with the first value that is not one of 0, ..., levels - 1; real ones must be finite. */
  public static void requireOnGrid(String what, Space space, NDArray values) {
    double[] all = of(values);
    int event = (int) Math.max(1, space.shape().size());
    for (int i = 0; i < all.length; i++) {
      boolean fits =
          space.levels() == 0
              ? Double.isFinite(all[i])
              : all[i] == Math.rint(all[i]) && all[i] >= 0 && all[i] < space.levels();
      require(
          fits,
          "%s: value %d of row %d is %s, expected one of %s"
              .formatted(
                  what,
                  i % event,
                  i / event,
                  all[i],
                  space.levels() == 0 ? "the real numbers" : "0.." + (space.levels() - 1)));
    }
  }
}
