package io.varve.export.onnx.program;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a step repeats. Its values are numbered with those of the whole program, so that it reads
 * values from around it as its own.
 *
 * @param state the values that stand for the state at the start of a round
 * @param steps what a round does
 * @param results the state after it, one value for each of the state
 * @param again the value that says whether another round follows, if there is one
 */
public record Body(
    List<Integer> state, List<RecordedStep> steps, List<Integer> results, Optional<Integer> again) {
  public Body {
    state = List.copyOf(state);
    steps = List.copyOf(steps);
    results = List.copyOf(results);
  }

  /** The same loop with other steps. */
  public Body with(List<RecordedStep> other) {
    return new Body(state, other, results, again);
  }

  /** The values that it hands on. */
  IntStream delivered() {
    return Stream.concat(results.stream(), again.stream()).mapToInt(Integer::intValue);
  }

  /** The values it reads, its own and those from around it. */
  IntStream reads() {
    return IntStream.concat(steps.stream().flatMapToInt(RecordedStep::reads), delivered());
  }
}
