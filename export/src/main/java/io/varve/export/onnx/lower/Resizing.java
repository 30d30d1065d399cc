package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import io.varve.export.onnx.program.Extent;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images of another size. The engine ignores alignCorners, and smooths bilinear and bicubic images
 * where it shrinks them.
 */
final class Resizing {
  private static final int NEAREST = 0;
  private static final int BILINEAR = 1;
  private static final int AREA = 2;
  private static final int BICUBIC = 3;

  /** The engine's bicubic kernel is that of Keys (1981) with a = -1/2 where it smooths. */
  private static final double KEYS = -0.5;

  static final List<Operator> OPERATORS =
      List.of(
          one(
                  "NDArrayEx.interpolation",
                  "Gather (nearest) or MatMul with weights",
                  Resizing::interpolation)
              .only(Operator.FLOATING)
              .refusing("sizes that depend on the batch: resize to fixed ones"),
          one("NDArrayEx.resize", "Transpose, Gather or MatMul, Transpose", Resizing::image)
              .only("FLOAT32")
              .refusing("bytes, which the engine truncates: convert with toType(FLOAT32, false)"));

  private Resizing() {}

  /** Images [N, H, W, C]; arguments: width, height, mode. */
  private static String image(Call c) {
    c.floatOnly(c.type(0));
    if (c.rank(0) != 4) {
      throw c.refuse("takes an array of rank " + c.rank(0), "give it images [N, H, W, C]");
    }
    String channels = Reshaping.transpose(c, c.in(0), new long[] {0, 3, 1, 2});
    String resized = resize(c, channels, (int) c.whole(3), List.of(0, 3, 1, 2));
    return Reshaping.transpose(c, resized, new long[] {0, 2, 3, 1});
  }

  /** Arrays [N, C, ...]; arguments: sizes, mode. */
  private static String interpolation(Call c) {
    List<Integer> order = IntStream.range(0, c.rank(0)).boxed().toList();
    return resize(c, c.in(0), (int) c.whole(2), order);
  }

  /**
   * One axis after the other.
   *
   * @param order the axes of x as axes of the result
   */
  private static String resize(Call c, String input, int mode, List<Integer> order) {
    String x = input;
    for (int axis = 2; axis < order.size(); axis++) {
      Extent before = c.shape(0).get(order.get(axis));
      Extent after = c.shape().get(order.get(axis));
      if (!before.fixed() || !after.fixed()) {
        throw c.refuse("resizes an axis of size " + before, "keep the batch in another axis");
      }
      int size = (int) before.offset();
      int n = (int) after.offset();
      if (size != n) {
        x =
            mode == NEAREST
                ? nearest(c, x, axis, size, n)
                : mixed(c, x, axis, weights(c, mode, size, n));
      }
    }
    return x;
  }

  /**
   * Element i is element i * (size before / size after), rounded down in single precision. Resize
   * rounds another quotient, which gives a neighbour where that should be whole.
   */
  private static String nearest(Call c, String x, int axis, int size, int n) {
    float scale = (float) size / n;
    long[] from =
        IntStream.range(0, n).mapToLong(i -> Math.min((long) (i * scale), size - 1)).toArray();
    return c.node("Gather", Map.of("axis", (long) axis), x, c.emit().ints(from));
  }

  /**
   * A product with a matrix along one axis. Resize would do in some cases, but ONNX Runtime moves a
   * Transpose from before it to behind it, and then has no kernel for the axes.
   */
  private static String mixed(Call c, String x, int axis, double[][] weights) {
    int rank = c.rank(0);
    long[] order = Reshaping.swapped(rank, axis, rank - 1);
    String matrix =
        c.emit()
            .array(
                c.type(),
                List.of((long) weights.length, (long) weights[0].length),
                Stream.of(weights).flatMapToDouble(DoubleStream::of).toArray());
    String last = Networks.apart(c, Reshaping.transpose(c, x, order));
    return Reshaping.transpose(c, Networks.apart(c, c.node("MatMul", last, matrix)), order);
  }

  /** The weight of each element in each of the n results: [size, n]. */
  private static double[][] weights(Call c, int mode, int size, int n) {
    double[][] weights = new double[size][n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int k = 0; k < size; k++) {
        weights[k][i] =
            switch (mode) {
              case AREA -> i * size / n <= k && k < ((i + 1) * size + n - 1) / n ? 1 : 0;
              case BILINEAR -> smooth(size, n, i, k, 2);
              case BICUBIC -> smooth(size, n, i, k, 4);
              default -> throw c.refuse("uses mode " + mode, "use 0, 1, 2 or 3");
            };
        sum += weights[k][i];
      }
      for (int k = 0; k < size; k++) {
        weights[k][i] /= sum;
      }
    }
    return weights;
  }

  /**
   * The weight of element k in result i: a kernel around the place where i comes from. It is {@code
   * width} elements wide, times the factor by which the image shrinks.
   */
  private static double smooth(int size, int n, int i, int k, int width) {
    double scale = (double) size / n;
    double wide = Math.max(scale, 1);
    double center = scale * (i + 0.5);
    boolean near =
        (long) (center - width * wide / 2 + 0.5) <= k
            && k < (long) (center + width * wide / 2 + 0.5);
    double distance = Math.abs((k - center + 0.5) / wide);
    return near ? width == 2 ? linear(distance) : cubic(distance) : 0;
  }

  private static double linear(double x) {
    return Math.max(0, 1 - x);
  }

  /** Keys (1981), equation 4. */
  private static double cubic(double x) {
    if (x < 1) {
      return ((KEYS + 2) * x - (KEYS + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * KEYS : 0;
  }
}
