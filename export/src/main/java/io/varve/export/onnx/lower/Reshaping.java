package io.varve.export.onnx.lower;

import static io.varve.export.onnx.lower.Operators.one;

import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What changes the shape, the order or the type of elements, but not their values. */
final class Reshaping {
  static final List<Operator> OPERATORS = operators();

  private Reshaping() {}

  private static List<Operator> operators() {
    List<Operator> table = new ArrayList<>();
    for (String name : List.of("reshape", "flatten")) {
      table.add(one("NDArray." + name, "Reshape", Reshaping::reshape));
    }
    table.add(
        one("NDArray.squeeze", "Reshape", Reshaping::reshape)
            .refusing("axes of size B, which is 1 at batch 1: name those that are always 1"));
    for (String name : List.of("duplicate", "stopGradient", "toDense")) {
      table.add(one("NDArray." + name, "nothing", c -> c.in(0)));
    }
    table.add(one("NDArray.toType", "Cast", c -> c.in(0, c.type())));
    table.add(one("NDArray.expandDims", "Unsqueeze", Reshaping::expandDims));
    table.add(one("NDArray.transpose", "Transpose", c -> transpose(c, c.in(0), order(c))));
    table.add(one("NDArray.swapAxes", "Transpose", Reshaping::swapAxes));
    table.add(one("NDArray.broadcast", "Expand", c -> same(c) ? c.in(0) : expand(c, c.in(0))));
    table.add(one("NDArray.tile", "Reshape, Tile", Reshaping::tile));
    table.add(one("NDArray.repeat", "Reshape, Expand, Reshape", Reshaping::repeat));
    table.add(one("NDArray.rotate90", "Slice, Transpose", Reshaping::rotate));
    table.add(one("NDArray.flip", "Slice", c -> flip(c, c.in(0), c.axes(1))));
    table.add(
        one("NDArray.pad", "Pad", Reshaping::pad)
            .refusing("padding that depends on the batch: use concat"));
    table.add(one("NDArrayEx.concat", "Concat", Reshaping::concat));
    table.add(one("NDArrayEx.stack", "Unsqueeze, Concat", Reshaping::stack));
    table.add(new Operator("NDArray.split", "Split", Reshaping::split));
    return table;
  }

  private static boolean same(Call c) {
    return c.shape(0).equals(c.shape());
  }

  private static String reshape(Call c) {
    return same(c) ? c.in(0) : c.reshape(c.in(0), c.shape());
  }

  private static String expandDims(Call c) {
    return c.node("Unsqueeze", c.in(0), c.emit().ints(c.axis(c.whole(1), c.rank(0) + 1)));
  }

  static String transpose(Call c, String input, long[] order) {
    boolean same = IntStream.range(0, order.length).allMatch(i -> order[i] == i);
    return same ? input : c.node("Transpose", Map.of("perm", order), input);
  }

  private static long[] order(Call c) {
    int rank = c.rank(0);
    return c.count() == 1
        ? IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray()
        : c.axes(1);
  }

  private static String swapAxes(Call c) {
    return transpose(c, c.in(0), swapped(c.rank(0), c.axis(1), c.axis(2)));
  }

  /** The order of axes in which two of them change places. */
  static long[] swapped(int rank, int one, int other) {
    long[] order = IntStream.range(0, rank).asLongStream().toArray();
    order[one] = other;
    order[other] = one;
    return order;
  }

  /** Broadcasts to the shape of the result. */
  static String expand(Call c, String input) {
    return c.node("Expand", input, c.emit().shape(c.shape()));
  }

  private static String tile(Call c) {
    // Axes that the result has in addition come first; each is then repeated.
    List<Extent> shape = new ArrayList<>(c.shape(0));
    while (shape.size() < c.shape().size()) {
      shape.add(0, Extent.of(1));
    }
    List<Extent> repeats;
    if (c.listed(1)) {
      repeats = new ArrayList<>(c.extents(1));
    } else {
      repeats = new ArrayList<>();
      shape.forEach(axis -> repeats.add(c.extent(1)));
    }
    String x = shape.size() == c.rank(0) ? c.in(0) : c.reshape(c.in(0), shape);
    return c.node("Tile", x, c.emit().shape(repeats));
  }

  /** Puts a new axis behind every one that is repeated, grows it, and merges the two. */
  private static String repeat(Call c) {
    if (c.shape().isEmpty()) {
      return c.in(0);
    }
    List<Extent> before = new ArrayList<>();
    List<Extent> grown = new ArrayList<>();
    List<Extent> shape = c.rank(0) == 0 ? List.of(Extent.of(1)) : c.shape(0);
    for (int axis = 0; axis < shape.size(); axis++) {
      Extent size = shape.get(axis);
      before.add(size);
      grown.add(size);
      if (!size.equals(c.shape().get(axis))) {
        before.add(Extent.of(1));
        grown.add(ratio(c, c.shape().get(axis), size));
      }
    }
    String spread = c.node("Expand", c.reshape(c.in(0), before), c.emit().shape(grown));
    return c.reshape(spread, c.shape());
  }

  private static Extent ratio(Call c, Extent whole, Extent part) {
    if (part.fixed() && part.offset() != 0) {
      return new Extent(whole.slope() / part.offset(), whole.offset() / part.offset());
    }
    if (!part.fixed() && whole.slope() % part.slope() == 0) {
      return Extent.of(whole.slope() / part.slope());
    }
    throw c.refuse("repeats " + part + " to " + whole, "use broadcast and reshape");
  }

  /** By quarters of a turn from the first axis to the second. */
  private static String rotate(Call c) {
    long[] axes = c.axes(2);
    int rank = c.rank(0);
    String swapped = transpose(c, c.in(0), swapped(rank, (int) axes[0], (int) axes[1]));
    return switch (Math.floorMod(c.whole(1), 4)) {
      case 0 -> c.in(0);
      case 1 -> flip(c, swapped, axes[0]);
      case 2 -> flip(c, c.in(0), axes);
      default -> flip(c, swapped, axes[1]);
    };
  }

  static String flip(Call c, String input, long... axes) {
    long[] ones = new long[axes.length];
    long[] ends = new long[axes.length];
    Arrays.fill(ones, -1);
    Arrays.fill(ends, Long.MIN_VALUE);
    Emitter emit = c.emit();
    return c.node(
        "Slice", input, emit.ints(ones), emit.ints(ends), emit.ints(axes), emit.ints(ones));
  }

  /** DJL's padding is (before, after) per axis, the last axis first. */
  private static String pad(Call c) {
    long[] padding = c.wholes(1);
    int rank = c.rank(0);
    long[] pads = new long[2 * rank];
    for (int i = 0; i < padding.length / 2; i++) {
      pads[rank - 1 - i] = padding[2 * i];
      pads[2 * rank - 1 - i] = padding[2 * i + 1];
    }
    return c.node("Pad", c.in(0), c.emit().ints(pads), c.scalar(c.number(2), c.type()));
  }

  private static String concat(Call c) {
    List<String> arrays = new ArrayList<>(List.of(c.in(0, c.type())));
    arrays.addAll(c.list(1, c.type()));
    return c.node("Concat", Map.of("axis", (long) c.axis(2)), arrays.toArray(String[]::new));
  }

  private static String stack(Call c) {
    long axis = c.axis(c.whole(2), c.rank(0) + 1);
    List<String> arrays = new ArrayList<>(List.of(c.in(0, c.type())));
    arrays.addAll(c.list(1, c.type()));
    arrays.replaceAll(array -> c.node("Unsqueeze", array, c.emit().ints(axis)));
    return c.node("Concat", Map.of("axis", axis), arrays.toArray(String[]::new));
  }

  private static List<String> split(Call c) {
    int axis = c.axis(2);
    if (c.results() == 1) {
      return List.of(c.in(0));
    }
    List<Extent> sizes =
        IntStream.range(0, c.results()).mapToObj(i -> c.result(i).shape().get(axis)).toList();
    return c.emit()
        .nodes(
            "Split",
            Map.of("axis", (long) axis),
            List.of(c.in(0), c.emit().shape(sizes)),
            c.results());
  }
}
