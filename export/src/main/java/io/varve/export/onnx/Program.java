package io.varve.export.onnx;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What traced code did, independent of any target: a list of calls on values.
 *
 * <p>Recorded at one batch size every {@link Extent} is fixed; merged over several, extents are
 * expressions of the batch.
 *
 * @param outputs the values to deliver, by name, in order
 * @param measured the values whose shape the code asked for
 */
record Program(
    List<Value> values, List<Step> steps, Map<String, Integer> outputs, Set<Integer> measured) {
  Program {
    measured = Set.copyOf(measured);
    values = List.copyOf(values);
    steps = List.copyOf(steps);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  Value value(int index) {
    return values.get(index);
  }

  /** The steps that an output depends on, or a shape that the code asked for; bodies are opened. */
  List<Step> observed() {
    BitSet needed = new BitSet();
    outputs.values().forEach(needed::set);
    measured.forEach(needed::set);
    List<Step> observed = new ArrayList<>();
    List<Step> all = everyStep();
    Collections.reverse(all);
    for (Step step : all) {
      if (step.results().stream().anyMatch(needed::get)) {
        step.reads().forEach(needed::set);
        step.body().ifPresent(body -> body.delivered().forEach(needed::set));
        observed.add(step);
      }
    }
    Collections.reverse(observed);
    return observed;
  }

  /** All steps in order; those of a body stand before their loop. */
  List<Step> everyStep() {
    List<Step> all = new ArrayList<>();
    open(steps, all);
    return all;
  }

  private static void open(List<Step> steps, List<Step> all) {
    for (Step step : steps) {
      step.body().ifPresent(body -> open(body.steps(), all));
      all.add(step);
    }
  }

  /**
   * The steps that an output depends on, in order. A constant depends on nothing. What a loop does
   * alike in every round is done once, before it.
   */
  List<Step> live() {
    BitSet needed = new BitSet();
    outputs.values().forEach(needed::set);
    return live(steps, needed);
  }

  private List<Step> live(List<Step> all, BitSet needed) {
    List<Step> kept = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      Step step = all.get(i);
      if (step.results().stream().anyMatch(r -> needed.get(r) && !value(r).constant())) {
        List<Step> written = step.body().map(b -> loop(step, b)).orElse(List.of(step));
        written.forEach(s -> s.reads().forEach(needed::set));
        for (int k = written.size() - 1; k >= 0; k--) {
          kept.add(written.get(k));
        }
      }
    }
    Collections.reverse(kept);
    return kept;
  }

  /** What does not depend on the state of a loop, then the loop with the rest. */
  private List<Step> loop(Step loop, Body body) {
    BitSet delivered = new BitSet();
    body.delivered().forEach(delivered::set);
    BitSet changing = new BitSet();
    body.state().forEach(changing::set);
    List<Step> before = new ArrayList<>();
    List<Step> round = new ArrayList<>();
    for (Step step : live(body.steps(), delivered)) {
      if (step.reads().anyMatch(changing::get)) {
        step.results().forEach(changing::set);
        round.add(step);
      } else {
        before.add(step);
      }
    }
    before.add(loop.with(body.with(round)));
    return before;
  }
}
