package io.varve.export.foreign;

import io.varve.export.onnx.check.ParityGate;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.function.ToDoubleBiFunction;

/**
 * What a gate's vectors say about the outputs, FLOAT32 or INT64, and whether its verdict means
 * anything.
 *
 * @param error the largest difference, relative to the largest number of its output
 * @param least the largest number of the output in which it is least
 * @param most the largest number of all
 * @param variation root mean square deviation from row to row, relative to the largest number, in
 *     the output that varies most; a network that ignores its input has none
 */
record Comparison(double error, double least, double most, double variation) {
  /** Rows enough to tell their axis from others, and that they vary. */
  private static final int MANY = 32;

  static Comparison of(ParityGate parity) {
    return new Comparison(
        most(parity, (batch, output) -> error(parity, batch, output)),
        -most(parity, (batch, output) -> -largest(numbers(output))),
        most(parity, (batch, output) -> largest(numbers(output))),
        most(parity, Comparison::variation));
  }

  private static double most(
      ParityGate parity, ToDoubleBiFunction<Long, Safetensors.Entry> measure) {
    return parity.vectors().stream()
        .flatMapToDouble(
            vectors ->
                vectors.outputs().stream()
                    .mapToDouble(output -> measure.applyAsDouble(vectors.batch(), output)))
        .max()
        .orElse(0);
  }

  /** The gate divides by max(1, largest). */
  private static double error(ParityGate parity, long batch, Safetensors.Entry output) {
    double largest = largest(numbers(output));
    return parity.results().stream()
        .filter(result -> result.batch() == batch && result.output().equals(output.name()))
        .mapToDouble(result -> result.error() * Math.max(1, largest) / largest)
        .max()
        .orElseThrow();
  }

  /** Where the rows lie along the first axis that is as long as the batch, if it is a long one. */
  private static double variation(long batch, Safetensors.Entry output) {
    int axis = Arrays.stream(output.shape()).boxed().toList().indexOf(batch);
    if (axis < 0 || batch < MANY) {
      return 0;
    }
    DoubleBuffer all = numbers(output);
    int rows = (int) batch;
    int inner = (int) Arrays.stream(output.shape()).skip(axis + 1).reduce(1, (a, b) -> a * b);
    double total = 0;
    for (int first = 0; first < all.remaining(); first++) {
      if (first / inner % rows == 0) {
        total += squares(all, first, inner, rows);
      }
    }
    return Math.sqrt(total / all.remaining()) / largest(all);
  }

  /** Of the deviations from the mean of one element in all rows. */
  private static double squares(DoubleBuffer all, int first, int inner, int rows) {
    double mean = 0;
    for (int row = 0; row < rows; row++) {
      mean += all.get(first + row * inner) / rows;
    }
    double squares = 0;
    for (int row = 0; row < rows; row++) {
      squares += Math.pow(all.get(first + row * inner) - mean, 2);
    }
    return squares;
  }

  private static double largest(DoubleBuffer numbers) {
    double largest = 0;
    for (int i = 0; i < numbers.remaining(); i++) {
      largest = Math.max(largest, Math.abs(numbers.get(i)));
    }
    return largest;
  }

  private static DoubleBuffer numbers(Safetensors.Entry entry) {
    ByteBuffer data = entry.data().duplicate().order(ByteOrder.nativeOrder());
    DoubleBuffer numbers =
        DoubleBuffer.allocate(
            entry.type().equals("F32")
                ? data.remaining() / Float.BYTES
                : data.remaining() / Long.BYTES);
    while (numbers.hasRemaining()) {
      numbers.put(entry.type().equals("F32") ? data.getFloat() : data.getLong());
    }
    return numbers.flip();
  }
}
