package io.varve.export.onnx.program;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One recorded call.
 *
 * @param operation the method, such as {@code NDArray.add}
 * @param arguments the array it was called on, if any, then its arguments
 * @param results the indices of the values it gave
 * @param body what it repeats, where it is a loop
 */
public record RecordedStep(
    String operation,
    List<Argument> arguments,
    List<Integer> results,
    Origin origin,
    Optional<Body> body) {
  public RecordedStep {
    arguments = List.copyOf(arguments);
    results = List.copyOf(results);
  }

  public RecordedStep(
      String operation, List<Argument> arguments, List<Integer> results, Origin origin) {
    this(operation, arguments, results, origin, Optional.empty());
  }

  /** The same loop with another body. */
  RecordedStep with(Body other) {
    return new RecordedStep(operation, arguments, results, origin, Optional.of(other));
  }

  /** The values it reads, those of its body included. */
  public IntStream reads() {
    return IntStream.concat(operands(), body.stream().flatMapToInt(Body::reads));
  }

  /** The values among its arguments. */
  public IntStream operands() {
    return arguments.stream().flatMapToInt(RecordedStep::reads);
  }

  private static IntStream reads(Argument argument) {
    if (argument instanceof Argument.Ref ref) {
      return IntStream.of(ref.value());
    }
    return argument instanceof Argument.Many many
        ? many.items().stream().flatMapToInt(RecordedStep::reads)
        : IntStream.empty();
  }
}
