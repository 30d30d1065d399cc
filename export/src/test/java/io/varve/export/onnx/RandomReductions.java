package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.record.Trace;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Random reductions over axes, running sums and order. */
final class RandomReductions {
  private RandomReductions() {}

  static void reduce(Draft d) {
    int x = d.any();
    boolean keep = d.chance(0.4);
    if (d.chance(0.25)) {
      reduceAll(d, x);
      return;
    }
    int axis = d.axis(x);
    int other = d.axis(x);
    int[] axes = {axis};
    int[] two =
        d.chance(0.4) && Math.floorMod(axis - other, d.rank(x)) != 0
            ? new int[] {axis, other}
            : axes;
    String text = "(" + Arrays.toString(axes) + ", " + keep + ")";
    switch (d.between(0, 6)) {
      case 0, 1 ->
          d.rounded(
              "{0}.sum(" + Arrays.toString(two) + ", " + keep + ")",
              (t, in) -> in[0].sum(two, keep),
              x);
      case 2 -> d.rounded("{0}.mean" + text, (t, in) -> in[0].mean(axes, keep), x);
      case 3 -> d.exact("{0}.max" + text, (t, in) -> in[0].max(axes, keep), x);
      case 4 -> d.exact("{0}.min" + text, (t, in) -> in[0].min(axes, keep), x);
      case 5 -> product(d, x, "prod" + text, a -> a.prod(axes, keep));
      default -> d.rounded("{0}.norm" + text, (t, in) -> in[0].norm(axes, keep), x);
    }
  }

  /** Whole numbers wrap around; of fractions those of tanh, which overflow in no order. */
  private static void product(Draft d, int x, String text, UnaryOperator<NDArray> product) {
    if (d.whole(x)) {
      d.exact("{0}." + text, (t, in) -> product.apply(in[0]), x);
    } else {
      d.rounded("{0}.tanh()." + text, (t, in) -> product.apply(in[0].tanh()), x);
    }
  }

  private static void reduceAll(Draft d, int x) {
    switch (d.between(0, 9)) {
      case 0 -> d.rounded("{0}.sum()", (t, in) -> in[0].sum(), x);
      case 1 -> d.rounded("{0}.mean()", (t, in) -> in[0].mean(), x);
      case 2 -> d.exact("{0}.max()", (t, in) -> in[0].max(), x);
      case 3 -> d.exact("{0}.min()", (t, in) -> in[0].min(), x);
      case 4 -> product(d, x, "prod()", NDArray::prod);
      case 5 -> d.rounded("{0}.norm()", (t, in) -> in[0].norm(), x);
      case 6 -> d.exact("{0}.all()", (t, in) -> in[0].all(), x);
      case 7 -> d.exact("{0}.any()", (t, in) -> in[0].any(), x);
      case 8 -> d.exact("{0}.none()", (t, in) -> in[0].none(), x);
      default -> d.exact("{0}.countNonzero()", (t, in) -> in[0].countNonzero(), x);
    }
  }

  static void scan(Draft d) {
    int x = d.any(slot -> d.floating(slot) || d.chance(0.3));
    int axis = d.axis(x);
    switch (d.between(0, 9)) {
      case 0 -> d.rounded("{0}.cumSum(" + axis + ")", (t, in) -> in[0].cumSum(axis), x);
      case 1 -> d.rounded("{0}.cumSum()", (t, in) -> in[0].cumSum(), x);
      case 2, 3 -> d.composed("{0}.softmax(" + axis + ")", (t, in) -> in[0].softmax(axis), x);
      case 4, 5 ->
          d.composed(
              RandomStep.FINITE + "{0}.logSoftmax(" + axis + ")",
              (t, in) -> in[0].logSoftmax(axis),
              x);
      case 6 -> d.exact("{0}.countNonzero(" + axis + ")", (t, in) -> in[0].countNonzero(axis), x);
      case 7 -> {
        int times = d.between(1, 2);
        d.rounded("{0}.diff(" + times + ", " + axis + ")", (t, in) -> in[0].diff(times, axis), x);
      }
      case 8 -> product(d, x, "cumProd(" + axis + ")", a -> a.cumProd(axis));
      default -> {
        double order = d.between(1, 2);
        d.rounded(
            "{0}.normalize(" + order + ", " + axis + ")",
            (t, in) -> in[0].normalize(order, axis),
            x);
      }
    }
  }

  static void order(Draft d) {
    int x = d.any();
    int axis = d.axis(x);
    boolean up = d.chance(0.5);
    switch (d.between(0, 8)) {
      case 0 -> d.exact("{0}.sort(" + axis + ")", (t, in) -> in[0].sort(axis), x);
      case 1 -> d.exact("{0}.sort()", (t, in) -> in[0].sort(), x);
      case 2, 3 -> argSort(d, x, axis, up);
      case 4 -> d.exact("{0}.argMax(" + axis + ")", (t, in) -> in[0].argMax(axis), x);
      case 5 -> d.exact("{0}.argMin(" + axis + ")", (t, in) -> in[0].argMin(axis), x);
      case 6 ->
          d.exact(
              up ? "{0}.argMax()" : "{0}.argMin()",
              (t, in) -> up ? in[0].argMax() : in[0].argMin(),
              x);
      default -> topK(d, x, axis, up);
    }
  }

  /** Among equal elements the engine may choose any, so there are none. */
  static int argSort(Draft d, int x, int axis, boolean ascending) {
    if (d.odd(x)) {
      throw new Draft.Unfit("infinities are equal");
    }
    int different = d.rounded("{0} + 0.0137 arange", (t, in) -> ramped(t, in[0]), x);
    return d.exact(
        RandomStep.FINITE + "{0}.argSort(" + axis + ", " + ascending + ")",
        (t, in) -> in[0].argSort(axis, ascending),
        different);
  }

  private static NDArray ramped(Trace trace, NDArray x) {
    NDArray ramp = trace.manager().arange((int) x.size()).reshape(x.getShape());
    return x.add(ramp.toType(DataType.FLOAT32, false).mul(0.0137f));
  }

  /** Among equal elements the engine may choose any, so their values are asked for, not places. */
  private static void topK(Draft d, int x, int axis, boolean largest) {
    int k = d.between(1, (int) Math.min(3, d.least(x, axis)));
    d.exact(
        "{0}.topK(" + k + ", " + axis + ", " + largest + ", true).get(0)",
        (t, in) -> topK(in[0], k, axis, largest),
        x);
  }

  private static NDArray topK(NDArray x, int k, int axis, boolean largest) {
    return x.topK(k, axis, largest, true).get(0);
  }
}
