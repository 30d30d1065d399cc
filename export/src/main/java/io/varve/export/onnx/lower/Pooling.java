package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Pooling over windows [N, C, ...]; arguments: kernel, stride, padding, ceiling. */
final class Pooling {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDArrayEx.maxPool", "MaxPool, of finite numbers", Pooling::maxPool)
              .only(Operator.FLOATING),
          one("NDArrayEx.avgPool", "AveragePool", Pooling::avgPool)
              .only("FLOAT32")
              .refusing("a last, incomplete window: pad first, or set ceilMode false"),
          one("NDArrayEx.lpPool", "Pow, AveragePool, Mul, Pow", Pooling::lpPool)
              .only("FLOAT32")
              .refusing("a last, incomplete window: pad first, or set ceilMode false"),
          one("NDArrayEx.globalLpPool", "Pow, ReduceSum, Pow", Pooling::globalLpPool)
              .only(Operator.FLOATING),
          one("NDArrayEx.globalMaxPool", "ReduceMax", c -> global(c, "ReduceMax")),
          one("NDArrayEx.globalAvgPool", "ReduceMean", c -> global(c, "ReduceMean"))
              .only(Operator.FLOATING));

  private Pooling() {}

  private static String global(Call c, String onnx) {
    String axes = c.emit().ints(LongStream.range(2, c.rank(0)).toArray());
    Map<String, ?> drop = Map.of("keepdims", 0L);
    String reduced = c.node(onnx, drop, c.in(0), axes);
    return onnx.equals("ReduceMax")
        ? Reductions.keepingNan(c, reduced, c.node("ReduceL1", drop, c.in(0), axes))
        : reduced;
  }

  private static String maxPool(Call c) {
    return c.node(
        "MaxPool",
        Map.of(
            "kernel_shape",
            c.wholes(1),
            "strides",
            c.wholes(2),
            "pads",
            pads(c, c.wholes(1), c.wholes(2), c.wholes(3))),
        c.in(0));
  }

  /** The engine counts padding whatever countIncludePad says. */
  private static String avgPool(Call c) {
    return average(c, c.in(0), c.wholes(1), c.wholes(2), c.wholes(3));
  }

  private static String average(Call c, String x, long[] kernel, long[] stride, long[] padding) {
    c.floatOnly(c.type());
    long[] pads = pads(c, kernel, stride, padding);
    if (!Arrays.equals(pads, Networks.twice(padding))) {
      throw c.refuse("averages over a last, incomplete window", "pad first, or set ceilMode false");
    }
    return c.node(
        "AveragePool",
        Map.of("kernel_shape", kernel, "strides", stride, "pads", pads, "count_include_pad", 1L),
        x);
  }

  /** The root of the sum of powers; unlike ONNX, the engine does not take absolute values. */
  private static String lpPool(Call c) {
    long[] kernel = c.wholes(2);
    String mean =
        average(c, power(c, c.in(0), norm(c)), kernel, c.wholes(3), new long[kernel.length]);
    String sum =
        c.node("Mul", mean, c.scalar(LongStream.of(kernel).reduce(1, (a, b) -> a * b), c.type()));
    return power(c, sum, 1 / norm(c));
  }

  private static String globalLpPool(Call c) {
    long[] axes = LongStream.range(2, c.rank(0)).toArray();
    String powers = power(c, c.in(0), norm(c));
    String sum = c.node("ReduceSum", Map.of("keepdims", 0L), powers, c.emit().ints(axes));
    return power(c, sum, 1 / norm(c));
  }

  private static double norm(Call c) {
    return c.number(1).doubleValue();
  }

  private static String power(Call c, String x, double exponent) {
    return c.node("Pow", x, c.scalar(exponent, c.type()));
  }

  /** Padding in front, and behind as much as the engine's result shows that it took. */
  private static long[] pads(Call c, long[] kernel, long[] stride, long[] padding) {
    long[] pads = Networks.twice(padding);
    int dimensions = kernel.length;
    for (int i = 0; i < dimensions; i++) {
      long out = c.shape().get(2 + i).offset();
      long in = c.shape(0).get(2 + i).offset();
      long reach = (out - 1) * stride[i] + kernel[i] - in - pads[i];
      pads[dimensions + i] = Math.max(pads[dimensions + i], reach);
    }
    return pads;
  }
}
