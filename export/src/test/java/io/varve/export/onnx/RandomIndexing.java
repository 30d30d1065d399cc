package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.record.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Random statements that read elements by position. */
final class RandomIndexing {
  private RandomIndexing() {}

  static void slice(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    List<String> elements = new ArrayList<>();
    int used = d.between(1, d.rank(x));
    boolean back = d.chance(0.2);
    for (int i = 0; i < used; i++) {
      elements.add(element(d, x, back ? d.rank(x) - used + i : i));
    }
    if (back && used < d.rank(x)) {
      elements.add(0, "...");
    }
    if (d.chance(0.15)) {
      elements.add(d.between(0, elements.size()), "null");
    }
    String index = String.join(",", elements);
    boolean object = d.chance(0.3);
    d.exact(
        "{0}.get(\"" + index + "\")",
        (t, in) -> object ? in[0].get(new NDIndex(at(index, t))) : in[0].get(at(index, t)),
        x);
  }

  /** One element of an index; "B-1" stands for a number made from the batch size. */
  private static String element(Draft d, int x, int axis) {
    Extent extent = d.extent(x, axis);
    int size = (int) d.least(x, axis);
    int low = d.between(0, size - 1);
    int high = d.between(low + 1, size);
    if (extent.equals(Extent.BATCH) && d.chance(0.25)) {
      return d.one(List.of("0:B-1", "B-1", "B-1:", ":B-1"));
    }
    if (extent.equals(Extent.BATCH) && d.chance(0.9)) {
      return d.one(List.of(":", ":", "0", "-1", "1:", ":-1", "0:1", "::2"));
    }
    return switch (d.between(0, 9)) {
      case 0 -> Integer.toString(low);
      case 1 -> Integer.toString(low - size);
      case 2 -> low + ":" + high;
      case 3 -> ":" + high;
      case 4 -> (low - size) + ":";
      case 5 -> "::" + d.between(1, 3);
      case 6 -> low + ":" + (high + 50) + ":2";
      case 7 -> ":-1";
      default -> ":";
    };
  }

  private static String at(String index, Trace trace) {
    return index.replace("B-1", Long.toString(trace.batch() - 1));
  }

  static void fixed(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    long[] at = new long[d.between(1, d.rank(x))];
    Arrays.setAll(at, axis -> d.between(0, (int) Math.min(1, d.least(x, axis)) - 1));
    if (at.length == d.rank(x) && d.chance(0.5)) {
      d.exact("{0}.getScalar(" + text(at) + ")", (t, in) -> in[0].getScalar(at), x);
    } else {
      d.exact("{0}.get(" + text(at) + ")", (t, in) -> in[0].get(at), x);
    }
  }

  private static String text(long... numbers) {
    return LongStream.of(numbers).mapToObj(Long::toString).collect(Collectors.joining(", "));
  }

  /** Positions within 0..size, computed where there is something to compute them from. */
  private static int positions(Draft d, long size, boolean negative, Shape shape) {
    if (d.chance(0.5)) {
      DataType type = d.chance(0.7) ? DataType.INT64 : DataType.INT32;
      long low = negative ? -size : 0;
      long[] at = LongStream.range(0, shape.size()).map(i -> low + next(d, size - low)).toArray();
      return d.source(
          "constant(" + type + " " + shape + " " + Arrays.toString(at) + ")",
          (t, in) -> t.manager().create(at, shape).toType(type, false));
    }
    int numbers = d.input(DataType.INT64, false, shape.getShape());
    return d.exact(
        "{0}.get(0).abs().mod(" + size + ")",
        (t, in) -> in[0].get(0).maximum(-1000).abs().mod(size),
        numbers);
  }

  private static long next(Draft d, long bound) {
    return d.random.nextInt((int) bound);
  }

  static void select(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int axis = Math.floorMod(d.axis(x), d.rank(x));
    boolean behind = d.chance(0.2) && axis + 1 < d.rank(x);
    Extent size = d.extent(x, axis);
    long least = size.fixed() ? size.offset() : 1;
    Shape shape = new Shape(d.sizes(d.chance(0.8) ? 1 : d.between(0, 2), 4));
    int at = positions(d, least, true, shape);
    String index = ":,".repeat(axis) + "{}" + (behind ? ",0:1" : "");
    d.exact(
        "{0}.get(\"" + index.replace("{}", "<{1}>") + "\")",
        (t, in) -> in[0].get(index, in[1]),
        x,
        at);
  }

  /** Two index arrays, side by side or apart, broadcast against each other. */
  static void selectAll(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 1);
    int first = d.between(0, d.rank(x) - 2);
    int second = d.between(first + 1, d.rank(x) - 1);
    Shape shape = new Shape(d.sizes(d.between(1, 2), 3));
    int one = positions(d, least(d, x, first), true, shape);
    int other = positions(d, least(d, x, second), true, d.chance(0.7) ? shape : new Shape(1));
    String index = ":,".repeat(first) + "{}," + ":,".repeat(second - first - 1) + "{}";
    d.exact(
        "{0}.get(\"" + index + "\" of {1}, {2})",
        (t, in) -> in[0].get(index, in[1], in[2]),
        x,
        one,
        other);
  }

  private static long least(Draft d, int x, int axis) {
    return d.extent(x, axis).fixed() ? d.extent(x, axis).offset() : 1;
  }

  static void put(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    long[] at = d.chance(0.5) ? new long[] {0} : new long[] {-1, 0};
    int values = d.constant(d.type(x), at.length);
    d.exact(
        "{0}.put(" + Arrays.toString(at) + ", {1})",
        (t, in) -> in[0].put(t.manager().create(at), in[1]),
        x,
        values);
  }

  static void take(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    long size =
        LongStream.range(0, d.rank(x))
            .map(a -> d.extent(x, (int) a).at(1))
            .reduce(1, (a, b) -> a * b);
    if (size < 1) {
      throw new Draft.Unfit("empty at batch 1");
    }
    int at = positions(d, size, false, new Shape(d.sizes(d.between(1, 2), 4)));
    d.exact("{0}.take({1})", (t, in) -> in[0].take(in[1]), x, at);
  }

  /** An index of the rank of the array, in the batch too. */
  private static int indices(Draft d, int x, int axis) {
    long size = d.extent(x, axis).fixed() ? d.extent(x, axis).offset() : 1;
    int like =
        d.exact(
            "{0}.mul(0).add(5).toType(INT64, false)",
            (t, in) -> in[0].zerosLike().toType(DataType.INT64, false).add(5), x);
    int counted = d.exact("{0}.cumSum(" + axis + ")", (t, in) -> in[0].cumSum(axis), like);
    return d.exact("{0}.mod(" + size + ")", (t, in) -> in[0].mod(size), counted);
  }

  static void gather(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int axis = Math.floorMod(d.axis(x), d.rank(x));
    int written = d.chance(0.3) ? axis - d.rank(x) : axis;
    int at = indices(d, x, axis);
    d.exact("{0}.gather({1}, " + written + ")", (t, in) -> in[0].gather(in[1], written), x, at);
  }

  /** All indices differ along the axis, as equal ones would leave the order of writing open. */
  static void scatter(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int axis = Math.floorMod(d.axis(x), d.rank(x));
    int order = RandomReductions.argSort(d, x, axis, true);
    int y = d.find(s -> d.shape(s).equals(d.shape(x)) && d.type(s) == d.type(x)).orElse(x);
    d.exact(
        "{0}.scatter({1}, {2}, " + axis + ")",
        (t, in) -> in[0].scatter(in[1], in[2], axis),
        x,
        order,
        y);
  }

  static void gatherNd(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int depth = d.between(1, d.rank(x));
    int count = d.between(1, 4);
    long[] at = new long[depth * count];
    for (int axis = 0; axis < depth; axis++) {
      Extent size = d.extent(x, axis);
      for (int i = 0; i < count; i++) {
        at[axis * count + i] = next(d, size.fixed() ? size.offset() : 1);
      }
    }
    Shape shape = new Shape(depth, count);
    d.exact(
        "{0}.gatherNd(" + shape + " " + Arrays.toString(at) + ")",
        (t, in) -> in[0].gatherNd(t.manager().create(at, shape)),
        x);
  }

  static void oneHot(Draft d) {
    int x = d.any(slot -> d.whole(slot) && d.rank(slot) < 4);
    int depth = d.between(2, 4);
    DataType type =
        d.one(List.of(DataType.FLOAT32, DataType.INT64, DataType.BOOLEAN, DataType.UINT8));
    d.exact(
        "{0}.toType(INT64, false).mod(" + depth + ").oneHot(" + depth + ", " + type + ")",
        (t, in) -> hot(in[0], depth, type),
        x);
  }

  private static NDArray hot(NDArray x, int depth, DataType type) {
    return x.toType(DataType.INT64, false).mod(depth).oneHot(depth, type);
  }
}
