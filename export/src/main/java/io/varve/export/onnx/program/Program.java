package io.varve.export.onnx.program;

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
public record Program(
    List<Value> values,
    List<RecordedStep> steps,
    Map<String, Integer> outputs,
    Set<Integer> measured) {
  public Program {
    measured = Set.copyOf(measured);
    values = List.copyOf(values);
    steps = List.copyOf(steps);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /** The value of this index. */
  public Value value(int index) {
    return values.get(index);
  }

  /** The steps that an output depends on, or a shape that the code asked for; bodies are opened. */
  public List<RecordedStep> observed() {
    BitSet needed = new BitSet();
    outputs.values().forEach(needed::set);
    measured.forEach(needed::set);
    List<RecordedStep> observed = new ArrayList<>();
    List<RecordedStep> all = everyStep();
    Collections.reverse(all);
    for (RecordedStep step : all) {
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
  public List<RecordedStep> everyStep() {
    List<RecordedStep> all = new ArrayList<>();
    open(steps, all);
    return all;
  }

  private static void open(List<RecordedStep> steps, List<RecordedStep> all) {
    for (RecordedStep step : steps) {
      step.body().ifPresent(body -> open(body.steps(), all));
      all.add(step);
    }
  }

  /**
   * The steps that an output depends on, in order. A constant depends on nothing. What a loop does
   * the same way in every round is moved before it.
   */
  public List<RecordedStep> live() {
    BitSet needed = new BitSet();
    outputs.values().forEach(needed::set);
    return live(steps, needed);
  }

  private List<RecordedStep> live(List<RecordedStep> all, BitSet needed) {
    List<RecordedStep> kept = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      RecordedStep step = all.get(i);
      if (step.results().stream().anyMatch(r -> needed.get(r) && !value(r).constant())) {
        List<RecordedStep> written = step.body().map(b -> loop(step, b)).orElse(List.of(step));
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
  private List<RecordedStep> loop(RecordedStep loop, Body body) {
    BitSet delivered = new BitSet();
    body.delivered().forEach(delivered::set);
    BitSet changing = new BitSet();
    body.state().forEach(changing::set);
    List<RecordedStep> before = new ArrayList<>();
    List<RecordedStep> round = new ArrayList<>();
    for (RecordedStep step : live(body.steps(), delivered)) {
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
