package io.varve.export.onnx;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The table of operations: one entry each, by theme. */
final class Operators {
  private static final Map<String, Operator> TABLE = table();

  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("NDArray.median", "use sort and get"),
          Map.entry("NDArray.percentile", "use sort and get"),
          Map.entry("NDArray.gammaln", "write it as Stirling's series"),
          Map.entry("NDArray.inverse", "make the inverse an input or a parameter"),
          Map.entry("NDArray.fft", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.rfft", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.ifft", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.irfft", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.fft2", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.ifft2", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.stft", "multiply with matrices of cosines and sines"),
          Map.entry("NDArray.complex", "keep real and imaginary parts as two arrays"),
          Map.entry("NDArray.conj", "keep real and imaginary parts as two arrays"),
          Map.entry("NDArray.real", "keep real and imaginary parts as two arrays"),
          Map.entry("NDArray.toSparse", "keep the array dense"),
          Map.entry("NDManager.linspace", "use arange and mul"),
          Map.entry("NDArrayEx.multiBoxPrior", "compute the boxes once and make them a parameter"),
          Map.entry("NDArrayEx.multiBoxDetection", "export what comes before it"));

  private Operators() {}

  private static Map<String, Operator> table() {
    Map<String, Operator> operators = new TreeMap<>();
    for (List<Operator> theme :
        List.of(
            Elementwise.OPERATORS,
            Functions.OPERATORS,
            Comparisons.OPERATORS,
            Activations.OPERATORS,
            Reductions.OPERATORS,
            Shapes.OPERATORS,
            Indexing.OPERATORS,
            Creation.OPERATORS,
            Networks.OPERATORS,
            Recurrent.OPERATORS,
            Pooling.OPERATORS,
            Resizing.OPERATORS)) {
      for (Operator operator : theme) {
        if (operators.put(operator.name(), operator) != null) {
          throw new IllegalStateException(operator.name() + " is in the table twice");
        }
      }
    }
    return Collections.unmodifiableMap(operators);
  }

  static Optional<Operator> find(String operation) {
    return Optional.ofNullable(TABLE.get(operation));
  }

  /** The whole table, by name. */
  static Map<String, Operator> all() {
    return TABLE;
  }

  /** What to write in place of an operation that is not in the table. */
  static String instead(String operation) {
    return INSTEAD.getOrDefault(operation, "write it with operations that can");
  }

  /** An entry for an operation with one result. */
  static Operator one(String name, String onnx, Operator.Single rule) {
    return new Operator(name, onnx, call -> List.of(rule.lower(call)));
  }

  /** An entry for an operation with several results. */
  static Operator many(String name, String onnx, Operator.Rule rule) {
    return new Operator(name, onnx, rule);
  }
}
