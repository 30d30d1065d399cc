package io.varve.export.onnx;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Random statements that move elements. */
final class RandomShapes {
  private RandomShapes() {}

  static void reshape(Draft d) {
    int x = d.any();
    switch (d.between(0, 7)) {
      case 0 -> d.exact("{0}.flatten()", (t, in) -> in[0].flatten(), x);
      case 1 -> flatten(d, x);
      case 2, 3 -> squeeze(d, x);
      case 4 -> {
        int axis = d.between(-d.rank(x) - 1, d.rank(x));
        d.exact("{0}.expandDims(" + axis + ")", (t, in) -> in[0].expandDims(axis), x);
      }
      case 5 -> {
        int rows = d.between(1, 3);
        d.exact("{0}.reshape(" + rows + ", -1)", (t, in) -> in[0].reshape(rows, -1), x);
      }
      default -> regroup(d, x);
    }
  }

  private static void flatten(Draft d, int x) {
    int start = d.axis(x);
    int end = d.axis(x);
    d.exact("{0}.flatten(" + start + ", " + end + ")", (t, in) -> in[0].flatten(start, end), x);
  }

  /** At times of an axis of the batch, which must be refused. */
  private static void squeeze(Draft d, int x) {
    boolean batched = d.shape(x).stream().anyMatch(size -> !size.fixed());
    if (d.chance(0.3) && (!batched || d.chance(0.1))) {
      d.exact("{0}.squeeze()", (t, in) -> in[0].squeeze(), x);
      return;
    }
    int axis = d.axis(x);
    if (!d.extent(x, axis).fixed() && d.chance(0.9)) {
      throw new Draft.Unfit("drops the batch at 1");
    }
    if (d.extent(x, axis).equals(Extent.of(1)) && d.chance(0.5)) {
      int[] axes = {Math.floorMod(axis, d.rank(x))};
      d.exact("{0}.squeeze(" + Arrays.toString(axes) + ")", (t, in) -> in[0].squeeze(axes), x);
      return;
    }
    d.exact("{0}.squeeze(" + axis + ")", (t, in) -> in[0].squeeze(axis), x);
  }

  /** Splits an axis in two, or merges two, with sizes read from the array. */
  private static void regroup(Draft d, int x) {
    int axis = Math.floorMod(d.axis(x), d.rank(x));
    boolean open = d.chance(0.3);
    if (d.chance(0.5) && axis + 1 < d.rank(x)) {
      d.exact(
          "{0}.reshape(axes " + axis + " and next merged)",
          (t, in) -> in[0].reshape(merged(in[0].getShape(), axis, open)),
          x);
      return;
    }
    Extent size = d.extent(x, axis);
    long factor = size.fixed() ? size.offset() : size.slope();
    List<Long> divisors =
        LongStream.rangeClosed(1, factor).filter(i -> factor % i == 0).boxed().toList();
    long part = d.one(divisors);
    boolean front = d.chance(0.5);
    d.exact(
        "{0}.reshape(axis " + axis + " split by " + part + (front ? " in front)" : ")"),
        (t, in) -> in[0].reshape(split(in[0].getShape(), axis, part, front)),
        x);
  }

  private static Shape merged(Shape shape, int axis, boolean open) {
    long both = open ? -1 : shape.get(axis) * shape.get(axis + 1);
    return shape.slice(0, axis).add(both).addAll(shape.slice(axis + 2));
  }

  private static Shape split(Shape shape, int axis, long part, boolean front) {
    long rest = shape.get(axis) / part;
    return shape
        .slice(0, axis)
        .addAll(front ? new Shape(part, rest) : new Shape(rest, part))
        .addAll(shape.slice(axis + 1));
  }

  static void transpose(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 1);
    if (d.chance(0.2)) {
      d.exact("{0}.transpose()", (t, in) -> in[0].transpose(), x);
    } else if (d.chance(0.4)) {
      int one = d.axis(x);
      int other = d.axis(x);
      d.exact("{0}.swapAxes(" + one + ", " + other + ")", (t, in) -> in[0].swapAxes(one, other), x);
    } else {
      List<Integer> order = new ArrayList<>(IntStream.range(0, d.rank(x)).boxed().toList());
      Collections.shuffle(order, d.random);
      int[] axes = order.stream().mapToInt(Integer::intValue).toArray();
      if (d.chance(0.2)) {
        axes[0] -= axes.length;
      }
      d.exact("{0}.transpose(" + Arrays.toString(axes) + ")", (t, in) -> in[0].transpose(axes), x);
    }
  }

  static void grow(Draft d) {
    int x = d.any();
    int times = d.between(1, 3);
    switch (d.between(0, 7)) {
      case 0 -> {
        int front = d.between(1, 3);
        d.exact(
            "{0}.broadcast([" + front + "] + its shape)",
            (t, in) -> in[0].broadcast(new Shape(front).addAll(in[0].getShape())),
            x);
      }
      case 1 ->
          d.exact(
              "{0}.expandDims(0).broadcast([B] + its shape)",
              (t, in) ->
                  in[0].expandDims(0).broadcast(new Shape(t.batch()).addAll(in[0].getShape())),
              x);
      case 2 -> d.exact("{0}.tile(" + times + ")", (t, in) -> in[0].tile(times), x);
      case 3 -> {
        long[] repeats = d.sizes(d.rank(x) + d.between(0, 1), 3);
        d.exact("{0}.tile(" + Arrays.toString(repeats) + ")", (t, in) -> in[0].tile(repeats), x);
      }
      case 4 -> d.exact("{0}.repeat(" + times + ")", (t, in) -> in[0].repeat(times), x);
      case 5 -> {
        int axis = d.axis(x);
        d.exact("{0}.repeat(" + axis + ", " + times + ")", (t, in) -> in[0].repeat(axis, times), x);
      }
      case 6 -> {
        long[] repeats = d.sizes(d.rank(x), 3);
        d.exact(
            "{0}.repeat(" + Arrays.toString(repeats) + ")", (t, in) -> in[0].repeat(repeats), x);
      }
      default -> pad(d, x);
    }
  }

  private static void pad(Draft d, int x) {
    long[] padding = new long[2 * d.between(1, Math.max(1, d.rank(x)))];
    Arrays.setAll(padding, i -> d.chance(0.1) ? -1 : d.between(0, 2));
    double value = d.one(List.of(0.0, 1.0, 0.5, -2.0));
    d.exact(
        "{0}.pad(" + Arrays.toString(padding) + ", " + value + ")",
        (t, in) -> in[0].pad(new Shape(padding), value),
        x);
  }

  static void turn(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 1);
    int one = Math.floorMod(d.axis(x), d.rank(x));
    int other = Math.floorMod(d.axis(x), d.rank(x));
    int by = d.between(-1, 5);
    int[] axes = {one, other};
    d.exact(
        "{0}.rotate90(" + by + ", " + Arrays.toString(axes) + ")",
        (t, in) -> in[0].rotate90(by, axes),
        x);
  }

  static void flip(Draft d) {
    int x = d.any();
    int one = d.axis(x);
    int other = d.axis(x);
    int[] axes = one != other && d.chance(0.3) ? new int[] {one, other} : new int[] {one};
    d.exact("{0}.flip(" + Arrays.toString(axes) + ")", (t, in) -> in[0].flip(axes), x);
  }

  static void join(Draft d) {
    int x = d.any();
    int y =
        d.find(s -> s != x && d.shape(s).equals(d.shape(x)) && d.type(s) == d.type(x))
            .orElseGet(() -> d.exact("{0}.flip(0)", (t, in) -> in[0].flip(0), x));
    int axis = d.axis(x);
    switch (d.between(0, 3)) {
      case 0 ->
          d.exact("{0}.concat({1}, " + axis + ")", (t, in) -> in[0].concat(in[1], axis), x, y);
      case 1 -> d.exact("{0}.stack({1}, " + axis + ")", (t, in) -> in[0].stack(in[1], axis), x, y);
      case 2 ->
          d.exact(
              "NDArrays.concat([{0}, {1}, {0}], " + axis + ")",
              (t, in) -> NDArrays.concat(new NDList(in[0], in[1], in[0]), axis),
              x,
              y);
      default ->
          d.exact(
              "NDArrays.stack([{0}, {1}])",
              (t, in) -> NDArrays.stack(new NDList(in[0], in[1])), x, y);
    }
  }

  static void split(Draft d) {
    int x = d.any(slot -> d.rank(slot) > 0);
    int axis = Math.floorMod(d.axis(x), d.rank(x));
    int take = d.between(0, 1);
    if (d.chance(0.5)) {
      int parts = d.between(1, 3);
      d.exact(
          "{0}.split(" + parts + ", " + axis + ").get(" + take + ")",
          (t, in) -> in[0].split(parts, axis).get(take),
          x);
      return;
    }
    long at = d.between(1, Math.max(1, (int) d.least(x, axis) - 1));
    d.exact(
        "{0}.split([" + at + "], " + axis + ").get(" + take + ")",
        (t, in) -> in[0].split(new long[] {at}, axis).get(take),
        x);
  }
}
