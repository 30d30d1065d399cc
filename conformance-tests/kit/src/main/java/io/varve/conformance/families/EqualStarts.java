package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.arrays.Numbers;
import java.util.Arrays;

/** Parts of a parameter array that start alike and are moved alike by every gradient. */
final class EqualStarts {
  /** Gradients of parts that are told apart differ by far more, relative to their size. */
  private static final double ALIKE = 1e-9;

  private EqualStarts() {}

  /**
   * Fails if two neighbours along an axis of a parameter array have equal values and equal, not
   * vanishing gradients. Elements of an event are no such parts: their data differ.
   */
  static void refuse(ParameterRows start, int array, double[] gradient, String where) {
    long[] shape = start.shapes().get(array).getShape();
    double[] values = start.values().get(array);
    int inner = values.length;
    for (int axis = 0; axis < shape.length; axis++) {
      int block = inner;
      inner /= (int) shape[axis];
      for (int k = 0; k + 1 < shape[axis]; k++) {
        double[] one = slice(values, block, inner, k);
        double[] grown = slice(gradient, block, inner, k);
        boolean twins =
            Arrays.equals(one, slice(values, block, inner, k + 1))
                && alike(grown, slice(gradient, block, inner, k + 1));
        require(
            !twins,
            "parameter array %d on %s: entries %d and %d of axis %d start equal and have equal gradients (%s), so they stay equal; let them start at different values"
                .formatted(array, where, k, k + 1, axis, Numbers.text(grown[0])));
      }
    }
  }

  /** Entry k of an axis: in every block of so many elements, so many from k times as many. */
  private static double[] slice(double[] all, int block, int inner, int k) {
    double[] slice = new double[all.length / block * inner];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = all[i / inner * block + k * inner + i % inner];
    }
    return slice;
  }

  private static boolean alike(double[] a, double[] b) {
    double scale = 0;
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      scale = Math.max(scale, Math.abs(a[i]));
      distance = Math.max(distance, Math.abs(a[i] - b[i]));
    }
    return scale > ALIKE && distance <= ALIKE * scale;
  }
}
