package io.varve.export.onnx;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Random operands: what broadcasts against an array, and new arrays. */
final class RandomOperands {
  private RandomOperands() {}

  /** Something that broadcasts against an array. */
  static int partner(Draft d, int x) {
    DataType type = d.chance(0.7) ? d.type(x) : d.one(types());
    if (d.chance(0.4)) {
      int start = d.random.nextInt(d.size());
      for (int i = 0; i < d.size(); i++) {
        int y = (start + i) % d.size();
        if (y != x && broadcast(d.shape(x), d.shape(y))) {
          return y;
        }
      }
    }
    List<Long> tail = new ArrayList<>();
    for (int axis = d.rank(x) - 1; axis >= 0 && d.extent(x, axis).fixed(); axis--) {
      tail.add(0, d.chance(0.3) ? 1 : d.extent(x, axis).offset());
      if (d.chance(0.2)) {
        break;
      }
    }
    long[] shape = tail.stream().mapToLong(Long::longValue).toArray();
    return switch (d.between(0, 5)) {
      case 0 -> x;
      case 1 -> d.parameter(type, shape);
      case 2 -> d.constant(type, shape);
      case 3 -> plain(d);
      case 4 -> sameShape(d, x, type);
      default -> reduced(d, x);
    };
  }

  static List<DataType> types() {
    return List.of(
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT32,
        DataType.FLOAT64,
        DataType.INT32,
        DataType.INT64,
        DataType.UINT8,
        DataType.BOOLEAN);
  }

  private static boolean broadcast(List<Extent> x, List<Extent> y) {
    Extent one = Extent.of(1);
    for (int i = 1; i <= Math.min(x.size(), y.size()); i++) {
      Extent a = x.get(x.size() - i);
      Extent b = y.get(y.size() - i);
      if (!a.equals(b) && !a.equals(one) && !b.equals(one)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the result of two operands has the shape of the first. */
  static boolean keeps(List<Extent> x, List<Extent> y) {
    return y.size() <= x.size()
        && IntStream.range(1, y.size() + 1)
            .allMatch(
                i -> {
                  Extent size = y.get(y.size() - i);
                  return size.equals(Extent.of(1)) || size.equals(x.get(x.size() - i));
                });
  }

  /** A scalar that the trace did not make. */
  private static int plain(Draft d) {
    float number = d.one(List.of(2f, 0.5f, -1.5f));
    boolean whole = d.chance(0.3);
    return d.source(
        Draft.PLAIN + (whole ? "3" : number + "f"),
        (trace, in) -> whole ? trace.samples().create(3) : trace.samples().create(number));
  }

  private static int sameShape(Draft d, int x, DataType type) {
    List<Extent> shape = d.shape(x);
    if (shape.isEmpty() || !shape.get(0).equals(Extent.BATCH)) {
      return x;
    }
    List<Extent> event = shape.subList(1, shape.size());
    if (!event.stream().allMatch(Extent::fixed)) {
      return x;
    }
    return d.input(type, false, event.stream().mapToLong(Extent::offset).toArray());
  }

  private static int reduced(Draft d, int x) {
    int[] axes = {d.axis(x)};
    return d.exact(
        "{0}.max(" + Arrays.toString(axes) + ", true)", (trace, in) -> in[0].max(axes, true), x);
  }

  /** Filled arrays, whose shape may be that of another array. */
  static void creation(Draft d) {
    int x = d.any();
    DataType type = d.one(types());
    Extent first = d.rank(x) == 0 ? Extent.of(2) : d.extent(x, 0);
    float number = d.one(List.of(0f, 1f, 2f, -0.5f));
    switch (d.between(0, 6)) {
      case 0 -> d.exact("{0}.zerosLike()", (t, in) -> in[0].zerosLike(), x);
      case 1 -> d.exact("{0}.onesLike()", (t, in) -> in[0].onesLike(), x);
      case 2 ->
          d.exact(
              "zeros({0}.getShape(), " + type + ")",
              (t, in) -> t.manager().zeros(in[0].getShape(), type),
              x);
      case 3 ->
          d.exact(
              "ones([" + first + ", 2], " + type + ")",
              (t, in) -> t.manager().ones(new Shape(first.at(t.batch()), 2), type));
      case 4 ->
          d.exact(
              "full({0}.getShape(), " + number + ")",
              (t, in) -> t.manager().full(in[0].getShape(), number),
              x);
      case 5 -> counted(d, first);
      default ->
          d.exact(
              "eye(" + first + ", 3)", (t, in) -> t.manager().eye((int) first.at(t.batch()), 3, 0));
    }
  }

  private static void counted(Draft d, Extent size) {
    DataType type = d.one(List.of(DataType.FLOAT32, DataType.INT32, DataType.INT64));
    int start = d.between(-2, 2);
    if (d.chance(0.2)) {
      d.exact("linspace(-1, 1, 5)", (t, in) -> t.manager().linspace(-1f, 1f, 5));
      return;
    }
    d.exact(
        "arange(" + start + ", " + start + " + " + size + ", 1, " + type + ")",
        (t, in) -> t.manager().arange(start, start + (int) size.at(t.batch()), 1, type));
  }
}
