package io.varve.export.onnx;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What traced code did, independent of any target: a list of calls on values.
 *
 * <p>Recorded at one batch size every {@link Extent} is fixed; merged over several, extents are
 * expressions of the batch.
 *
 * @param outputs the values to deliver, by name, in order
 */
record Program(List<Value> values, List<Step> steps, Map<String, Integer> outputs) {
  Program {
    values = List.copyOf(values);
    steps = List.copyOf(steps);
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  Value value(int index) {
    return values.get(index);
  }

  /** The steps that an output depends on, in order. A constant depends on nothing. */
  List<Step> live() {
    BitSet needed = new BitSet();
    outputs.values().forEach(needed::set);
    List<Step> kept = new ArrayList<>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (step.results().stream().anyMatch(r -> needed.get(r) && !value(r).constant())) {
        step.reads().forEach(needed::set);
        kept.add(step);
      }
    }
    Collections.reverse(kept);
    return kept;
  }
}
