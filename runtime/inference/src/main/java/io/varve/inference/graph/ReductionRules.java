package io.varve.inference.graph;

import static io.varve.inference.graph.Rule.one;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators that reduce, pick and order elements. */
final class ReductionRules {
  private ReductionRules() {}

  static Map<String, Rule> all() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    for (String name : ElementRules.names("L1 L2 Max Mean Min Prod Sum")) {
      rules.put("Reduce" + name, one(ReductionRules::reduce));
    }
    rules.put("ArgMax", one(ReductionRules::extremum));
    rules.put("ArgMin", one(ReductionRules::extremum));
    rules.put("CumSum", one(ReductionRules::running));
    rules.put("TopK", ReductionRules::top);
    rules.put("Gather", one(ReductionRules::gather));
    rules.put("GatherElements", one(ReductionRules::gatherElements));
    rules.put("GatherND", one(ReductionRules::gatherNd));
    rules.put("ScatterElements", one(ReductionRules::scatter));
    return rules;
  }

  private static Fact reduce(Call call) {
    Fact x = call.takes(1, 2).in(0);
    boolean keep = call.flag("keepdims", true);
    boolean nothing = call.flag("noop_with_empty_axes", false);
    long[] named = call.has(1) ? call.numbers(1) : new long[0];
    int[] every = IntStream.range(0, nothing ? 0 : x.rank()).toArray();
    int[] axes = named.length == 0 ? every : call.axesOf(named, x.rank());
    return Fact.of(x.type(), reduced(x.dims(), keep, axes));
  }

  private static long[] reduced(long[] dims, boolean keep, int... axes) {
    if (!keep) {
      return ShapeRules.without(dims, axes);
    }
    long[] kept = dims.clone();
    Arrays.stream(axes).forEach(axis -> kept[axis] = 1);
    return kept;
  }

  private static Fact extremum(Call call) {
    Fact x = call.takes(1, 1).in(0);
    int axis = call.axis(0, x.rank());
    boolean keep = call.flag("keepdims", true);
    call.require(x.dims()[axis] > 0, "no elements", "at least one");
    return Fact.of(ElementType.INT64, reduced(x.dims(), keep, axis));
  }

  private static Fact running(Call call) {
    Fact x = call.takes(2, 2).in(0);
    call.axisOf(call.number(1), x.rank());
    return ElementRules.like(x);
  }

  private static List<Fact> top(Call call) {
    Fact x = call.takes(2, 2).in(0);
    int axis = call.axis(-1, x.rank());
    call.flag("largest", true);
    call.flag("sorted", true);
    long[] dims = x.dims().clone();
    long k = call.number(1);
    call.require(k >= 0 && k <= dims[axis], k + " of " + dims[axis], "no more than there are");
    dims[axis] = k;
    return List.of(Fact.of(x.type(), dims), Fact.of(ElementType.INT64, dims));
  }

  /** Positions are whole numbers; those that are known must be there. */
  private static Fact positions(Call call, int i, long size) {
    Fact at = call.in(i);
    boolean whole = at.type() == ElementType.INT64 || at.type() == ElementType.INT32;
    call.require(whole, at + " as positions", "int32 or int64");
    at.numbers()
        .ifPresent(
            numbers ->
                call.require(
                    Arrays.stream(numbers).allMatch(n -> n >= -size && n < size),
                    "positions "
                        + Arrays.toString(Arrays.copyOf(numbers, Math.min(8, numbers.length))),
                    "all within " + size));
    return at;
  }

  private static Fact gather(Call call) {
    Fact x = call.takes(2, 2).in(0);
    int axis = call.axis(0, x.rank());
    Fact at = positions(call, 1, x.dims()[axis]);
    long[] dims = new long[x.rank() - 1 + at.rank()];
    System.arraycopy(x.dims(), 0, dims, 0, axis);
    System.arraycopy(at.dims(), 0, dims, axis, at.rank());
    System.arraycopy(x.dims(), axis + 1, dims, axis + at.rank(), x.rank() - axis - 1);
    return Fact.of(x.type(), dims);
  }

  private static Fact gatherElements(Call call) {
    Fact x = call.takes(2, 2).in(0);
    int axis = call.axis(0, x.rank());
    Fact at = positions(call, 1, x.dims()[axis]);
    requireWithin(call, x, at, axis);
    return Fact.of(x.type(), at.dims());
  }

  private static void requireWithin(Call call, Fact x, Fact at, int axis) {
    boolean within =
        at.rank() == x.rank()
            && IntStream.range(0, x.rank()).allMatch(i -> i == axis || at.dims()[i] <= x.dims()[i]);
    call.require(within, "positions " + at + " in " + x, "a shape within it");
  }

  private static Fact gatherNd(Call call) {
    Fact x = call.takes(2, 2).in(0);
    Fact at = call.in(1);
    call.require(at.type() == ElementType.INT64 && at.rank() > 0, at + "", "positions of int64");
    long depth = at.dims()[at.rank() - 1];
    call.require(depth >= 1 && depth <= x.rank(), depth + " positions", "1 to " + x.rank());
    int front = at.rank() - 1;
    long[] dims = Arrays.copyOf(at.dims(), front + x.rank() - (int) depth);
    System.arraycopy(x.dims(), (int) depth, dims, front, x.rank() - (int) depth);
    return Fact.of(x.type(), dims);
  }

  private static Fact scatter(Call call) {
    Fact x = call.takes(3, 3).in(0);
    int axis = call.axis(0, x.rank());
    Fact at = positions(call, 1, x.dims()[axis]);
    requireWithin(call, x, at, axis);
    Fact values = call.in(2);
    boolean fits = values.type() == x.type() && Arrays.equals(values.dims(), at.dims());
    call.require(fits, values + " at " + at + " of " + x, "as many of its type");
    return ElementRules.like(x);
  }
}
