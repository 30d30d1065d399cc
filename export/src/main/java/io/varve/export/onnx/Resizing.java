package io.varve.export.onnx;

import static io.varve.export.onnx.Operators.one;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

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
  private static final float KEYS = -0.5f;

  static final List<Operator> OPERATORS =
      List.of(
          one("NDArrayEx.interpolation", "Resize; nearest as Gather, area as MatMul", Resizing::interpolation)
              .only("FLOAT32, and FLOAT64 for nearest and area")
              .but("sizes that depend on the batch: resize to fixed ones"),
          one("NDArrayEx.resize", "Transpose, Resize or Gather, Transpose", Resizing::image)
              .only("FLOAT32")
              .but("bytes, which the engine truncates: convert with toType(FLOAT32, false)"));

  private Resizing() {}

  /** Images [N, H, W, C]; arguments: width, height, mode. */
  private static String image(Call c) {
    c.floatOnly(c.type(0));
    if (c.rank(0) != 4) {
      throw c.refuse("takes an array of rank " + c.rank(0), "give it images [N, H, W, C]");
    }
    String channels = Shapes.transpose(c, c.in(0), new long[] {0, 3, 1, 2});
    int mode = (int) c.whole(3);
    String resized =
        mode == AREA
            ? area(c, channels, c.shape(0).subList(1, 3), c.whole(2), c.whole(1))
            : resize(c, channels, mode, List.of(0, 3, 1, 2));
    return Shapes.transpose(c, resized, new long[] {0, 2, 3, 1});
  }

  /** Arrays [N, C, ...]; arguments: sizes, mode. */
  private static String interpolation(Call c) {
    int mode = (int) c.whole(2);
    List<Integer> order = IntStream.range(0, c.rank(0)).boxed().toList();
    return mode == AREA
        ? area(c, c.in(0), c.shape(0).subList(2, c.rank(0)), c.wholes(1))
        : resize(c, c.in(0), mode, order);
  }

  /**
   * @param order the axes of x as axes of the result
   */
  private static String resize(Call c, String x, int mode, List<Integer> order) {
    if (mode == NEAREST) {
      return nearest(c, x, order);
    }
    c.floatOnly(c.type());
    Map<String, ?> attributes =
        switch (mode) {
          case BILINEAR -> smooth("linear");
          case BICUBIC -> smooth("cubic");
          default -> throw c.refuse("uses mode " + mode, "use 0, 1, 2 or 3");
        };
    List<Extent> shape = order.stream().map(axis -> c.shape().get(axis)).toList();
    return c.node("Resize", attributes, x, "", "", c.emit().shape(shape));
  }

  /**
   * Element i is element i * (size before / size after), rounded down in single precision. Resize
   * rounds another quotient, which gives a neighbour where that should be whole.
   */
  private static String nearest(Call c, String input, List<Integer> order) {
    String x = input;
    for (int axis = 2; axis < order.size(); axis++) {
      Extent before = c.shape(0).get(order.get(axis));
      Extent after = c.shape().get(order.get(axis));
      if (!before.fixed() || !after.fixed()) {
        throw c.refuse("resizes an axis of size " + before, "keep the batch in another axis");
      }
      if (!before.equals(after)) {
        float scale = (float) before.offset() / after.offset();
        long last = before.offset() - 1;
        long[] from =
            LongStream.range(0, after.offset())
                .map(i -> Math.min((long) Math.floor(i * scale), last))
                .toArray();
        x = c.node("Gather", Map.of("axis", (long) axis), x, c.emit().ints(from));
      }
    }
    return x;
  }

  private static Map<String, ?> smooth(String mode) {
    return Map.of(
        "mode",
        mode,
        "coordinate_transformation_mode",
        "half_pixel",
        "antialias",
        1L,
        "exclude_outside",
        1L,
        "cubic_coeff_a",
        KEYS);
  }

  /** Averages over windows that need not be alike: a product with a matrix along each axis. */
  private static String area(Call c, String input, List<Extent> from, long... to) {
    int rank = to.length + 2;
    String x = input;
    for (int i = 0; i < to.length; i++) {
      if (!from.get(i).fixed()) {
        throw c.refuse("averages over " + from.get(i) + " elements", "use mean");
      }
      long[] order = Shapes.swapped(rank, 2 + i, rank - 1);
      String last = Shapes.transpose(c, x, order);
      String averaged = c.node("MatMul", last, windows(c, (int) from.get(i).offset(), (int) to[i]));
      x = Shapes.transpose(c, averaged, order);
    }
    return x;
  }

  /** Window i of n goes from floor(i size / n) to ceil((i + 1) size / n). */
  private static String windows(Call c, int size, int n) {
    double[] weights = new double[size * n];
    for (int i = 0; i < n; i++) {
      int first = i * size / n;
      int end = ((i + 1) * size + n - 1) / n;
      for (int k = first; k < end; k++) {
        weights[k * n + i] = 1.0 / (end - first);
      }
    }
    return c.emit().array(c.type(), List.of((long) size, (long) n), weights);
  }
}
