package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Body;
import io.varve.export.onnx.program.Origin;
import io.varve.export.onnx.program.RecordedStep;
import io.varve.export.onnx.program.ValueSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Records a loop: its body once, on arrays that stand for the state. Where there is a condition, it
 * is recorded twice, before the loop and at the end of the body.
 */
record RecordedLoop(
    Recorder recorder,
    Optional<Function<NDList, NDArray>> again,
    UnaryOperator<NDList> body,
    Origin origin) {
  /** The name of the operation in a record. */
  static final String OPERATION = "Trace.repeat";

  NDList record(long most, NDList state) {
    EagerLoop.requireState(origin.toString(), state);
    NDList before = new NDList(state.stream().map(recorder::lift).toList());
    List<Argument> arguments = new ArrayList<>();
    arguments.add(new Argument.Whole(most));
    arguments.add(
        condition(before).<Argument>map(Argument.Ref::new).orElseGet(Argument.Absent::new));
    before.forEach(array -> arguments.add(new Argument.Ref(recorder.value(array))));
    NDList after = new NDList();
    Body recorded = recorder.body(steps -> round(before, after, steps));
    List<Integer> results = new ArrayList<>();
    NDList wrapped = new NDList();
    for (NDArray array : after) {
      int id = recorder.add(new ValueSource.Computed(), real(array), origin);
      results.add(id);
      wrapped.add(recorder.wrap(real(array), id, true));
    }
    recorder.add(new RecordedStep(OPERATION, arguments, results, origin, Optional.of(recorded)));
    return wrapped;
  }

  /**
   * @param after is filled with the state after the round
   * @param steps what the recorder has recorded of it
   */
  private Body round(NDList before, NDList after, List<RecordedStep> steps) {
    List<Integer> formal = new ArrayList<>();
    NDList state = new NDList();
    for (NDArray array : before) {
      NDArray sample = real(array).duplicate();
      recorder.keep(sample);
      formal.add(recorder.add(new ValueSource.State(), sample, origin));
      state.add(recorder.wrap(sample, formal.get(formal.size() - 1), false));
    }
    NDList results = body.apply(new NDList(state));
    EagerLoop.requireSame(origin.toString(), state, results);
    results.forEach(array -> after.add(recorder.lift(array)));
    List<Integer> delivered = after.stream().map(recorder::value).toList();
    return new Body(formal, steps, delivered, condition(after));
  }

  private Optional<Integer> condition(NDList state) {
    return again.map(
        asked -> {
          NDArray answer = recorder.lift(asked.apply(new NDList(state)));
          EagerLoop.requireAnswer(origin.toString(), answer);
          return recorder.value(answer);
        });
  }

  private NDArray real(NDArray array) {
    return (NDArray) recorder.unwrap(array);
  }
}
