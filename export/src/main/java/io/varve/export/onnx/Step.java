package io.varve.export.onnx;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One recorded call.
 *
 * @param operation the method, such as {@code NDArray.add}
 * @param arguments the array it was called on, if any, then its arguments
 * @param results the indices of the values it gave
 */
record Step(String operation, List<Argument> arguments, List<Integer> results, Origin origin) {
  Step {
    arguments = List.copyOf(arguments);
    results = List.copyOf(results);
  }

  /** The values it reads. */
  IntStream reads() {
    return arguments.stream().flatMapToInt(Step::reads);
  }

  private static IntStream reads(Argument argument) {
    if (argument instanceof Argument.Ref ref) {
      return IntStream.of(ref.value());
    }
    return argument instanceof Argument.Many many
        ? many.items().stream().flatMapToInt(Step::reads)
        : IntStream.empty();
  }
}
