package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.varve.export.onnx.program.Extent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Random products and layers of networks. */
final class RandomNetworks {
  private RandomNetworks() {}

  static void product(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0 && (d.floating(slot) || d.chance(0.15)));
    if (d.chance(0.3)) {
      d.rounded(
          "{0}.matMul({0}.swapAxes(-1, -2))", (t, in) -> in[0].matMul(in[0].swapAxes(-1, -2)), x);
      return;
    }
    if (d.chance(0.2)) {
      int y = d.rank(x) == 2 ? d.exact("{0}.transpose()", (t, in) -> in[0].transpose(), x) : x;
      d.rounded("{0}.dot({1})", (t, in) -> in[0].dot(in[1]), x, y);
      return;
    }
    Extent inner = d.extent(x, -1);
    if (!inner.fixed()) {
      throw new Draft.Unfit("contracts the batch");
    }
    int columns = d.between(1, 4);
    if (d.rank(x) == 3 && d.chance(0.3)) {
      int y = d.exact("{0}.swapAxes(1, 2)", (t, in) -> in[0].swapAxes(1, 2), x);
      d.rounded("{0}.batchMatMul({1})", (t, in) -> in[0].batchMatMul(in[1]), x, y);
      return;
    }
    long[] shape =
        switch (d.between(0, 3)) {
          case 0 -> new long[] {inner.offset()};
          case 1 -> new long[] {2, 1, inner.offset(), columns};
          default -> new long[] {inner.offset(), columns};
        };
    d.rounded("{0}.matMul({1})", (t, in) -> in[0].matMul(in[1]), x, d.weights(d.type(x), shape));
  }

  private static boolean single(Draft d, int slot) {
    return d.type(slot) == DataType.FLOAT32 || (d.type(slot) == DataType.FLOAT64 && d.chance(0.3));
  }

  static void linear(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0 && single(d, slot) && d.extent(slot, -1).fixed());
    long units = d.between(1, 5);
    int weight = d.weights(d.type(x), units, d.extent(x, -1).offset());
    if (d.chance(0.3)) {
      d.rounded(
          "linear({0}, {1}, null)",
          (t, in) -> in[0].getNDArrayInternal().linear(in[0], in[1], null).head(), x, weight);
      return;
    }
    d.rounded(
        "linear({0}, {1}, {2})",
        (t, in) -> in[0].getNDArrayInternal().linear(in[0], in[1], in[2]).head(),
        x,
        weight,
        d.weights(d.type(x), units));
  }

  static void embedding(Draft d) {
    int x = d.any(slot -> d.whole(slot) && d.rank(slot) < 4);
    int table = d.weights(DataType.FLOAT32, 5, d.between(1, 4));
    int words =
        d.exact(
            "{0}.toType(INT64, false).mod(5)",
            (t, in) -> in[0].toType(DataType.INT64, false).mod(5), x);
    d.exact(
        "embedding({0}, {1})",
        (t, in) -> in[0].getNDArrayInternal().embedding(in[0], in[1], SparseFormat.DENSE).head(),
        words,
        table);
  }

  /** Something of shape [N, C, ...] with so many more axes. */
  private static int image(Draft d, int dimensions) {
    return d.find(
            slot ->
                d.rank(slot) == dimensions + 2
                    && single(d, slot)
                    && d.extent(slot, 1).fixed()
                    && d.extent(slot, 1).offset() < 8)
        .filter(slot -> d.chance(0.7))
        .orElseGet(
            () -> {
              long[] event = new long[dimensions + 1];
              Arrays.setAll(event, i -> i == 0 ? d.between(1, 4) : d.between(3, 6));
              return d.input(DataType.FLOAT32, false, event);
            });
  }

  /** A shape of so many axes, each of a size within bounds. */
  private static Shape window(Draft d, int dimensions, int low, int high) {
    return new Shape(IntStream.range(0, dimensions).mapToLong(i -> d.between(low, high)).toArray());
  }

  static void convolution(Draft d) {
    int dimensions = d.one(List.of(1, 2, 2, 3));
    int x = image(d, dimensions);
    long channels = d.extent(x, 1).offset();
    int groups = d.chance(0.3) ? (int) channels : 1;
    long filters = groups * (long) d.between(1, 2);
    Shape kernel = window(d, dimensions, 1, 3);
    Shape stride = window(d, dimensions, 1, 2);
    Shape padding = window(d, dimensions, 0, 1);
    Shape dilation = window(d, dimensions, 1, 2);
    Shape shape = new Shape(filters, channels / groups).addAll(kernel);
    int weight = d.weights(d.type(x), shape.getShape());
    int bias = d.weights(d.type(x), filters);
    boolean biased = d.chance(0.7);
    d.rounded(
        "convolution({0}, {1}, "
            + (biased ? "{2}, " : "null, ")
            + List.of(stride, padding, dilation, groups)
            + ")",
        (t, in) ->
            in[0]
                .getNDArrayInternal()
                .convolution(in[0], in[1], biased ? in[2] : null, stride, padding, dilation, groups)
                .head(),
        x,
        weight,
        bias);
  }

  static void pooling(Draft d) {
    int dimensions = d.one(List.of(1, 2, 2, 3));
    int x = image(d, dimensions);
    Shape kernel = window(d, dimensions, 1, 3);
    Shape stride = window(d, dimensions, 1, 2);
    Shape padding = window(d, dimensions, 0, 1);
    boolean ceil = d.chance(0.3);
    boolean counted = d.chance(0.5);
    String text = kernel + ", " + stride + ", " + padding + ", " + ceil;
    float order = d.between(1, 3);
    switch (d.between(0, 7)) {
      case 6 ->
          d.composed(
              "globalLpPool({0}, " + order + ")",
              (t, in) -> in[0].getNDArrayInternal().globalLpPool(order),
              x);
      case 7 ->
          d.composed(
              "lpPool({0}, " + order + ", " + text + ")",
              (t, in) ->
                  in[0].getNDArrayInternal().lpPool(order, kernel, stride, new Shape(0), ceil),
              x);
      case 0 ->
          d.exact("globalMaxPool({0})", (t, in) -> in[0].getNDArrayInternal().globalMaxPool(), x);
      case 1 ->
          d.rounded("globalAvgPool({0})", (t, in) -> in[0].getNDArrayInternal().globalAvgPool(), x);
      case 2, 3 ->
          d.exact(
              RandomStep.FINITE + "maxPool({0}, " + text + ")",
              (t, in) -> in[0].getNDArrayInternal().maxPool(kernel, stride, padding, ceil),
              x);
      default ->
          d.rounded(
              "avgPool({0}, " + text + ", " + counted + ")",
              (t, in) -> in[0].getNDArrayInternal().avgPool(kernel, stride, padding, ceil, counted),
              x);
    }
  }

  static void resize(Draft d) {
    int x = image(d, 2);
    // With one column, DJL's bilinear result is that of one row.
    long[] size = {d.between(2, 9), d.between(2, 9)};
    int mode = d.between(0, 3);
    if (d.chance(0.3)) {
      d.composed(
          RandomStep.FINITE
              + "resize({0}.transpose(0, 2, 3, 1), "
              + Arrays.toString(size)
              + ", "
              + mode
              + ")",
          (t, in) ->
              in[0]
                  .transpose(0, 2, 3, 1)
                  .getNDArrayInternal()
                  .resize((int) size[0], (int) size[1], mode),
          x);
      return;
    }
    d.composed(
        RandomStep.FINITE + "interpolation({0}, " + Arrays.toString(size) + ", " + mode + ")",
        (t, in) -> in[0].getNDArrayInternal().interpolation(size, mode, false),
        x);
  }

  static void normalisation(Draft d) {
    if (d.chance(0.5)) {
      layerNorm(d);
      return;
    }
    int x = d.any(slot -> d.rank(slot) > 1 && single(d, slot));
    int axis = d.chance(0.7) ? -1 : d.between(1, d.rank(x) - 1);
    Extent channels = d.extent(x, axis == -1 ? 1 : axis);
    if (!channels.fixed()) {
      throw new Draft.Unfit("the batch is where the channels are");
    }
    long c = channels.offset();
    int mean = d.weights(d.type(x), c);
    int weight = d.weights(d.type(x), c);
    int variance = d.rounded("{0}.square().add(0.5f)", (t, in) -> in[0].square().add(0.5f), weight);
    d.composed(
        "batchNorm({0}, {1}, {2}, {3}, {3}, " + axis + ")",
        (t, in) -> batchNorm(axis, in),
        x,
        mean,
        variance,
        weight);
  }

  private static NDArray batchNorm(int axis, NDArray... in) {
    return in[0]
        .getNDArrayInternal()
        .batchNorm(in[0], in[1], in[2], in[3], in[3], axis, 0.9f, 1e-3f, false)
        .head();
  }

  private static void layerNorm(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0 && single(d, slot) && d.extent(slot, -1).fixed());
    int axes = d.rank(x) > 1 && d.extent(x, -2).fixed() && d.chance(0.4) ? 2 : 1;
    long[] event =
        IntStream.range(d.rank(x) - axes, d.rank(x))
            .mapToLong(a -> d.extent(x, a).offset())
            .toArray();
    Shape shape = new Shape(event);
    d.composed(
        "layerNorm({0}, " + shape + ", {1}, {2})",
        (t, in) -> in[0].getNDArrayInternal().layerNorm(in[0], shape, in[1], in[2], 1e-3f).head(),
        x,
        d.weights(d.type(x), event),
        d.weights(d.type(x), event));
  }
}
