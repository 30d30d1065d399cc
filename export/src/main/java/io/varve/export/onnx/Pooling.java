package io.varve.export.onnx;

import static io.varve.export.onnx.Operators.one;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Pooling over windows [N, C, ...]; arguments: kernel, stride, padding, ceiling. */
final class Pooling {
  static final List<Operator> OPERATORS =
      List.of(
          one("NDArrayEx.maxPool", "MaxPool", Pooling::maxPool),
          one("NDArrayEx.avgPool", "AveragePool, FLOAT32", Pooling::avgPool),
          one("NDArrayEx.globalMaxPool", "ReduceMax", c -> global(c, "ReduceMax")),
          one("NDArrayEx.globalAvgPool", "ReduceMean", c -> global(c, "ReduceMean")));

  private Pooling() {}

  private static String global(Call c, String onnx) {
    long[] axes = LongStream.range(2, c.rank(0)).toArray();
    return c.node(onnx, Map.of("keepdims", 0L), c.in(0), c.emit().ints(axes));
  }

  private static String maxPool(Call c) {
    return c.node(
        "MaxPool",
        Map.of("kernel_shape", c.wholes(1), "strides", c.wholes(2), "pads", pads(c)),
        c.in(0));
  }

  /** The engine counts padding whatever countIncludePad says. */
  private static String avgPool(Call c) {
    c.floatOnly(c.type());
    long[] pads = pads(c);
    if (!Arrays.equals(pads, Networks.twice(c.wholes(3)))) {
      throw c.refuse("averages over a last, incomplete window", "pad first, or set ceilMode false");
    }
    return c.node(
        "AveragePool",
        Map.of(
            "kernel_shape",
            c.wholes(1),
            "strides",
            c.wholes(2),
            "pads",
            pads,
            "count_include_pad",
            1L),
        c.in(0));
  }

  /** Padding in front, and behind as much as the engine's result shows that it took. */
  private static long[] pads(Call c) {
    long[] kernel = c.wholes(1);
    long[] stride = c.wholes(2);
    long[] pads = Networks.twice(c.wholes(3));
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
