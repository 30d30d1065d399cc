package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.export.onnx.record.Trace;
import io.varve.export.onnx.record.Traced;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A program as an author of DJL code might write it, drawn at random.
 *
 * @param steps its statements, by position
 * @param outputs the statements whose results it returns; one may be there twice
 * @param names the parameters it uses
 * @param values their values
 */
record RandomProgram(
    List<RandomStep> steps,
    List<Integer> outputs,
    Map<Parameter, String> names,
    ParameterStore values)
    implements Traced {

  RandomProgram {
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /** Stands between the statements, to disturb what they read and give. */
  interface Watcher {
    NDArray operand(RandomStep step, NDArray operand);

    NDArray result(RandomStep step, NDArray result);
  }

  private static final Watcher NOBODY =
      new Watcher() {
        @Override
        public NDArray operand(RandomStep step, NDArray operand) {
          return operand;
        }

        @Override
        public NDArray result(RandomStep step, NDArray result) {
          return result;
        }
      };

  @Override
  public Map<String, NDArray> run(Trace trace) {
    return run(trace, NOBODY);
  }

  Map<String, NDArray> run(Trace trace, Watcher watcher) {
    NDArray[] results = new NDArray[steps.size()];
    for (int i = 0; i < results.length; i++) {
      RandomStep step = steps.get(i);
      NDArray[] operands =
          step.reads().stream()
              .map(read -> watcher.operand(step, results[read]))
              .toArray(NDArray[]::new);
      results[i] = watcher.result(step, step.code().run(trace, operands));
    }
    Map<String, NDArray> named = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      named.put("y" + i, results[outputs.get(i)]);
    }
    return named;
  }

  /** How many statements compute. */
  long size() {
    return steps.stream().filter(s -> s.kind() != RandomStep.Kind.SOURCE).count();
  }

  /** The same with other statements and outputs, without those that no output needs. */
  RandomProgram with(List<RandomStep> others, List<Integer> wanted) {
    TreeSet<Integer> needed = new TreeSet<>(wanted);
    for (int i = others.size() - 1; i >= 0; i--) {
      if (needed.contains(i) || others.get(i).kind() == RandomStep.Kind.IN_PLACE) {
        needed.add(i);
        needed.addAll(others.get(i).reads());
      }
    }
    Map<Integer, Integer> moved = new HashMap<>();
    List<RandomStep> kept = new ArrayList<>();
    for (int i : needed) {
      RandomStep step = others.get(i);
      List<Integer> reads = step.reads().stream().map(moved::get).toList();
      if (step.skipped()) {
        moved.put(i, reads.get(0));
      } else {
        moved.put(i, kept.size());
        kept.add(step.reading(reads));
      }
    }
    return new RandomProgram(kept, wanted.stream().map(moved::get).toList(), names, values);
  }

  /** The program as text, one statement a line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      text.append("  v").append(i).append(" = ").append(steps.get(i).written()).append('\n');
    }
    return text
        + outputs.stream().map(o -> "v" + o).collect(Collectors.joining(", ", "  return ", "\n"));
  }
}
