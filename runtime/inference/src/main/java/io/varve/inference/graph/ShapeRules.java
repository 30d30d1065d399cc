package io.varve.inference.graph;

import static io.varve.inference.graph.Rule.one;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that give elements another shape, or ask for a shape. */
final class ShapeRules {
  private ShapeRules() {}

  static Map<String, Rule> all() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    rules.put("Shape", one(ShapeRules::shape));
    rules.put("Reshape", one(ShapeRules::reshape));
    rules.put("Flatten", one(ShapeRules::flatten));
    rules.put("Expand", one(ShapeRules::expand));
    rules.put("Tile", one(ShapeRules::tile));
    rules.put("Transpose", one(ShapeRules::transpose));
    rules.put("Squeeze", one(ShapeRules::squeeze));
    rules.put("Unsqueeze", one(ShapeRules::unsqueeze));
    rules.put("Concat", one(ShapeRules::concat));
    rules.put("Split", ShapeRules::split);
    rules.put("Slice", one(ShapeRules::slice));
    rules.put("Pad", one(ShapeRules::pad));
    rules.put("Range", one(ShapeRules::range));
    rules.put("EyeLike", one(ShapeRules::eyeLike));
    return rules;
  }

  private static Fact shape(Call call) {
    Fact x = call.takes(1, 1).in(0);
    long start = inside(call.whole("start", 0), x.rank());
    long end = Math.max(start, inside(call.whole("end", Long.MAX_VALUE), x.rank()));
    long[] sizes = Arrays.copyOfRange(x.dims(), (int) start, (int) end);
    return Fact.known(ElementType.INT64, new long[] {sizes.length}, sizes);
  }

  private static long inside(long position, long size) {
    return Math.max(0, Math.min(position < 0 ? position + size : position, size));
  }

  private static Fact reshape(Call call) {
    Fact x = call.takes(2, 2).in(0);
    boolean zero = call.flag("allowzero", false);
    long[] dims = call.numbers(1).clone();
    int open = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0 && !zero) {
        call.require(i < x.rank(), "size " + i + " of " + x, "one that is there");
        dims[i] = x.dims()[i];
      } else if (dims[i] == -1) {
        call.require(open < 0, "two open sizes", "one");
        open = i;
        dims[i] = 1;
      }
      call.require(dims[i] >= 0, "size " + dims[i], "0 or more");
    }
    long rest = Fact.size(dims);
    if (open >= 0) {
      call.require(rest > 0 && x.size() % rest == 0, x + " as " + Arrays.toString(dims), "as many");
      dims[open] = x.size() / rest;
    }
    call.require(Fact.size(dims) == x.size(), x + " as " + Arrays.toString(dims), "as many");
    return with(x, dims);
  }

  /** The same elements in another shape. */
  private static Fact with(Fact x, long... dims) {
    return new Fact(x.type(), dims, x.numbers(), Fact.Special.NONE, false);
  }

  private static Fact flatten(Call call) {
    Fact x = call.takes(1, 1).in(0);
    long axis = call.whole("axis", 1);
    call.require(axis >= -x.rank() && axis <= x.rank(), "axis " + axis, "one of " + x.rank());
    int at = (int) (axis < 0 ? axis + x.rank() : axis);
    long front = Fact.size(Arrays.copyOf(x.dims(), at));
    return with(x, front, Fact.size(Arrays.copyOfRange(x.dims(), at, x.rank())));
  }

  private static Fact expand(Call call) {
    Fact x = call.takes(2, 2).in(0);
    long[] dims = sizes(call, 1);
    return Fact.of(x.type(), Broadcast.of(call, x.dims(), dims));
  }

  private static long[] sizes(Call call, int i) {
    long[] dims = call.numbers(i);
    boolean sizes = Arrays.stream(dims).allMatch(dim -> dim >= 0);
    call.require(sizes, "sizes " + Arrays.toString(dims), "none below 0");
    return dims;
  }

  private static Fact tile(Call call) {
    Fact x = call.takes(2, 2).in(0);
    long[] repeats = sizes(call, 1);
    call.require(repeats.length == x.rank(), repeats.length + " repeats", "" + x.rank());
    long[] dims = new long[x.rank()];
    Arrays.setAll(dims, i -> Fact.size(x.dims()[i], repeats[i]));
    return Fact.of(x.type(), dims);
  }

  private static Fact transpose(Call call) {
    Fact x = call.takes(1, 1).in(0);
    int rank = x.rank();
    long[] backwards = IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray();
    long[] order = call.wholes("perm").orElse(backwards);
    call.require(order.length == rank, order.length + " axes", "" + rank);
    int[] axes = call.axesOf(order, rank);
    return Fact.of(x.type(), Arrays.stream(axes).mapToLong(axis -> x.dims()[axis]).toArray());
  }

  private static Fact squeeze(Call call) {
    Fact x = call.takes(1, 2).in(0);
    int[] ones = IntStream.range(0, x.rank()).filter(i -> x.dims()[i] == 1).toArray();
    int[] axes = call.has(1) ? call.axesOf(call.numbers(1), x.rank()) : ones;
    boolean all = Arrays.stream(axes).allMatch(axis -> x.dims()[axis] == 1);
    call.require(all, "sizes of " + x, "1 in the axes that are dropped");
    return with(x, without(x.dims(), axes));
  }

  static long[] without(long[] dims, int... axes) {
    return IntStream.range(0, dims.length)
        .filter(i -> Arrays.stream(axes).noneMatch(axis -> axis == i))
        .mapToLong(i -> dims[i])
        .toArray();
  }

  private static Fact unsqueeze(Call call) {
    Fact x = call.takes(2, 2).in(0);
    long[] added = call.numbers(1);
    int rank = x.rank() + added.length;
    call.require(rank <= Limits.RANK, rank + " axes", "at most " + Limits.RANK);
    int[] axes = call.axesOf(added, rank);
    long[] dims = new long[rank];
    Arrays.stream(axes).forEach(axis -> dims[axis] = 1);
    int next = 0;
    for (int i = 0; i < rank; i++) {
      int at = i;
      if (Arrays.stream(axes).noneMatch(axis -> axis == at)) {
        dims[i] = x.dims()[next++];
      }
    }
    return with(x, dims);
  }

  private static Fact concat(Call call) {
    Fact first = call.in(0);
    int axis = call.axis(0, first.rank());
    long[] dims = first.dims().clone();
    List<long[]> known = new ArrayList<>();
    long length = 0;
    for (int i = 0; i < call.count(); i++) {
      Fact next = call.in(i);
      call.require(next.type() == first.type(), next + " behind " + first, "one type");
      call.require(next.rank() == first.rank(), next + " behind " + first, "one rank");
      dims[axis] = next.dims()[axis];
      call.require(Arrays.equals(dims, next.dims()), next + " behind " + first, "fitting shapes");
      length += next.dims()[axis];
      next.numbers().ifPresent(known::add);
    }
    dims[axis] = length;
    return first.rank() == 1 && known.size() == call.count()
        ? Fact.known(first.type(), dims, known.stream().flatMapToLong(LongStream::of).toArray())
        : Fact.of(first.type(), dims);
  }

  private static List<Fact> split(Call call) {
    Fact x = call.takes(2, 2).in(0);
    int axis = call.axis(0, x.rank());
    long[] sizes = sizes(call, 1);
    call.require(sizes.length == call.outputs(), sizes.length + " sizes", "" + call.outputs());
    long sum = Arrays.stream(sizes).reduce(0, (a, b) -> Math.max(a + b, a | b));
    call.require(sum == x.dims()[axis], "sizes of " + sum + " together", "" + x.dims()[axis]);
    return Arrays.stream(sizes).mapToObj(size -> resized(x, axis, size)).toList();
  }

  private static Fact resized(Fact x, int axis, long size) {
    long[] dims = x.dims().clone();
    dims[axis] = size;
    return Fact.of(x.type(), dims);
  }

  private static Fact slice(Call call) {
    Fact x = call.takes(3, 5).in(0);
    long[] starts = call.numbers(1);
    long[] ends = call.numbers(2);
    long[] every = LongStream.range(0, starts.length).toArray();
    int[] axes = call.axesOf(call.has(3) ? call.numbers(3) : every, x.rank());
    long[] ones = LongStream.generate(() -> 1).limit(starts.length).toArray();
    long[] steps = call.has(4) ? call.numbers(4) : ones;
    int count = starts.length;
    boolean fits = ends.length == count && axes.length == count && steps.length == count;
    call.require(fits, "starts, ends, axes and steps of different number", "one number");
    long[] dims = x.dims().clone();
    for (int i = 0; i < count; i++) {
      boolean bounded = steps[i] != 0 && Math.abs((double) steps[i]) <= Limits.ELEMENTS;
      call.require(bounded, "step " + steps[i], "another");
      dims[axes[i]] = sliced(x.dims()[axes[i]], starts[i], ends[i], steps[i]);
    }
    return Fact.of(x.type(), dims);
  }

  private static long sliced(long size, long start, long end, long step) {
    if (size == 0) {
      return 0;
    }
    boolean back = step < 0;
    long low = back ? -1 : 0;
    long high = back ? size - 1 : size;
    long from = Math.max(back ? 0 : low, Math.min(start < 0 ? start + size : start, high));
    long to = Math.max(low, Math.min(end < 0 ? end + size : end, high));
    long span = back ? from - to : to - from;
    return span <= 0 ? 0 : (span - 1) / Math.abs(step) + 1;
  }

  private static Fact pad(Call call) {
    Fact x = call.takes(2, 3).in(0);
    call.text("mode", "constant");
    long[] pads = call.numbers(1);
    call.require(pads.length == 2 * x.rank(), pads.length + " pads", "" + 2 * x.rank());
    long[] dims = x.dims().clone();
    for (int i = 0; i < dims.length; i++) {
      long before = pads[i];
      long after = pads[i + dims.length];
      boolean bounded = Math.max(Math.abs(before), Math.abs(after)) <= Limits.ELEMENTS;
      call.require(bounded && before >= -dims[i] && after >= -dims[i], "pads", "smaller ones");
      dims[i] += before + after;
      call.require(dims[i] >= 0, "size " + dims[i] + " after padding", "0 or more");
    }
    if (call.has(2)) {
      boolean one = call.in(2).type() == x.type() && call.in(2).size() == 1;
      call.require(one, call.in(2) + " to pad with", "a number of type " + x.type());
    }
    return Fact.of(x.type(), dims);
  }

  private static Fact range(Call call) {
    call.takes(3, 3);
    long start = call.number(0);
    long end = call.number(1);
    long step = call.number(2);
    long most = Limits.ELEMENTS;
    boolean bounded = Math.abs(start) <= most && Math.abs(end) <= most && Math.abs(step) <= most;
    call.require(bounded && step != 0, start + " to " + end + " by " + step, "a shorter range");
    double count = Math.ceil((double) (end - start) / step);
    return Fact.of(ElementType.INT64, (long) Math.max(0, count));
  }

  private static Fact eyeLike(Call call) {
    Fact x = call.takes(1, 1).in(0);
    call.require(x.rank() == 2, x + "", "a matrix");
    return ElementRules.like(x);
  }
}
