package io.varve.inference.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators with a body. */
final class LoopRules {
  private LoopRules() {}

  static Map<String, Rule> all() {
    return Map.of("Loop", LoopRules::loop, "Scan", LoopRules::scan);
  }

  /** A bounded number of rounds over a state whose types and shapes stay. */
  private static List<Fact> loop(Call call) {
    long rounds = call.number(0);
    boolean bounded = rounds >= 0 && rounds <= Limits.ROUNDS;
    call.require(bounded, rounds + " rounds", "at most " + Limits.ROUNDS);
    if (call.has(1)) {
      boolean condition = call.in(1).type() == ElementType.BOOL && call.in(1).size() == 1;
      call.require(condition, call.in(1) + "", "a condition");
    }
    List<Fact> state =
        IntStream.range(2, call.count()).mapToObj(i -> ElementRules.like(call.in(i))).toList();
    List<Fact> into = new ArrayList<>();
    into.add(Fact.of(ElementType.INT64));
    into.add(Fact.of(ElementType.BOOL));
    into.addAll(state);
    List<Fact> out = call.body(into, Math.max(1, rounds));
    call.require(
        out.size() == state.size() + 1, out.size() + " results", "a condition and a state");
    boolean condition = out.get(0).type() == ElementType.BOOL && out.get(0).size() == 1;
    call.require(condition, out.get(0) + "", "a condition");
    List<Fact> after = out.subList(1, out.size());
    requireSame(call, state, after);
    return state;
  }

  private static void requireSame(Call call, List<Fact> state, List<Fact> after) {
    for (int i = 0; i < state.size(); i++) {
      boolean same = state.get(i).sameAs(after.get(i));
      call.require(same, state.get(i) + " that becomes " + after.get(i), "one type and shape");
    }
  }

  /** One state and one array, whose slices along an axis the body takes one after the other. */
  private static List<Fact> scan(Call call) {
    call.takes(2, 2);
    call.require(call.whole("num_scan_inputs", 0) == 1, "num_scan_inputs", "1");
    Fact state = ElementRules.like(call.in(0));
    Fact x = call.in(1);
    int axis = call.axisOf(call.wholes("scan_input_axes", 1, 0, 0, Limits.RANK)[0], x.rank());
    long rounds = x.dims()[axis];
    call.require(rounds <= Limits.ROUNDS, rounds + " rounds", "at most " + Limits.ROUNDS);
    Fact slice = Fact.of(x.type(), ShapeRules.without(x.dims(), axis));
    List<Fact> out = call.body(List.of(state, slice), Math.max(1, rounds));
    call.require(out.size() == 2, out.size() + " results", "a state and a slice");
    requireSame(call, List.of(state), out.subList(0, 1));
    Fact each = out.get(1);
    long[] place = call.wholes("scan_output_axes", 1, 0, 0, Limits.RANK);
    int at = call.axisOf(place[0], each.rank() + 1);
    long[] dims =
        LongStream.concat(
                LongStream.concat(LongStream.of(each.dims()).limit(at), LongStream.of(rounds)),
                LongStream.of(each.dims()).skip(at))
            .toArray();
    return List.of(state, Fact.of(each.type(), dims));
  }
}
