package io.varve.export.onnx.record;

import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Extent;
import io.varve.export.onnx.program.Program;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.Value;
import io.varve.export.onnx.program.ValueSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether code does the same at one batch size as at another.
 *
 * @param program what was recorded at the first batch size, or merged from several
 * @param replayed what was recorded at another
 */
record Replay(Program program, Program replayed, long first, long batch) {

  /** Refuses code that calls other operations at another batch size, or on other arrays. */
  void requireSamePath() {
    samePath(program.steps(), replayed.steps());
    sameOutputs();
  }

  /**
   * Refuses code that at a batch size does anything else than the program says. A value may differ
   * in its sizes if no output and no shape that the code asked for depends on it.
   */
  void require() {
    requireSamePath();
    Map<List<Integer>, RecordedStep> counterparts = new HashMap<>();
    replayed.everyStep().forEach(step -> counterparts.put(step.results(), step));
    for (RecordedStep step : program.observed()) {
      sameArguments(step, counterparts.get(step.results()));
      step.reads().forEach(value -> sameConstant(step, value));
      step.results().forEach(value -> sameResult(step, value));
    }
  }

  private void samePath(List<RecordedStep> path, List<RecordedStep> other) {
    int common = Math.min(path.size(), other.size());
    for (int i = 0; i < common; i++) {
      RecordedStep here = path.get(i);
      RecordedStep there = other.get(i);
      if (here.body().isPresent() && there.body().isPresent()) {
        samePath(here.body().get().steps(), there.body().get().steps());
      }
      boolean same =
          here.operation().equals(there.operation())
              && here.results().equals(there.results())
              && here.reads().boxed().toList().equals(there.reads().boxed().toList());
      if (!same) {
        throw otherPath(here, there.operation() + " at " + there.origin());
      }
    }
    if (path.size() != other.size()) {
      RecordedStep extra = (path.size() > common ? path : other).get(common);
      throw otherPath(extra, path.size() + " and " + other.size() + " calls");
    }
  }

  private IllegalArgumentException otherPath(RecordedStep step, String other) {
    return step.origin()
        .refuse(
            step.operation(),
            "is not done alike at batch " + first + " and " + batch + " (" + other + ")",
            "let no branch or loop depend on the batch size");
  }

  private void sameOutputs() {
    boolean same =
        program.values().size() == replayed.values().size()
            && List.copyOf(program.outputs().keySet())
                .equals(List.copyOf(replayed.outputs().keySet()))
            && program.outputs().equals(replayed.outputs());
    if (!same) {
      throw new IllegalArgumentException(
          ("outputs: %s at batch %d and %s at batch %d are not computed alike; let no branch depend"
                  + " on the batch size")
              .formatted(program.outputs().keySet(), first, replayed.outputs().keySet(), batch));
    }
  }

  private void sameArguments(RecordedStep step, RecordedStep other) {
    for (int i = 0; i < step.arguments().size(); i++) {
      Argument argument = step.arguments().get(i);
      Argument found = other.arguments().get(i);
      if (!argument.at(batch).equals(found)) {
        throw differs(step, found + " as argument " + i, argument.toString());
      }
    }
  }

  private void sameConstant(RecordedStep step, int value) {
    ValueSource source = program.value(value).source();
    if (source instanceof ValueSource.Constant && !source.equals(replayed.value(value).source())) {
      throw differs(step, "another constant", "one and the same");
    }
  }

  private void sameResult(RecordedStep step, int value) {
    Value wanted = program.value(value);
    Value found = replayed.value(value);
    List<Extent> shape = wanted.shape().stream().map(size -> Extent.of(size.at(batch))).toList();
    if (!found.shape().equals(shape) || found.type() != wanted.type()) {
      throw differs(
          step,
          "a result " + found.type() + " " + found.shape(),
          wanted.type() + " " + wanted.shape());
    }
  }

  private IllegalArgumentException differs(RecordedStep step, String found, String wanted) {
    return step.origin()
        .refuse(
            step.operation(),
            "has " + found + " at batch " + batch + ", expected " + wanted,
            "let nothing depend on the batch but sizes that are a multiple of it plus a constant");
  }
}
