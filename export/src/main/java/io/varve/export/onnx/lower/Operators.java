package io.varve.export.onnx.lower;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The table of operations: one entry each, by theme. */
final class Operators {
  private static final Map<String, List<Operator>> THEMES = themes();

  private static final Map<String, Operator> TABLE = table();

  private static final String NO_SPECTRA = "multiply with matrices of cosines and sines";
  private static final String NO_COMPLEX = "keep real and imaginary parts as two arrays";

  private static final Map<String, String> INSTEAD =
      Map.ofEntries(
          Map.entry("NDArray.median", "use sort and get"),
          Map.entry("NDArray.percentile", "use sort and get"),
          Map.entry("NDArray.gammaln", "write it as Stirling's series"),
          Map.entry("NDArray.inverse", "make the inverse an input or a parameter"),
          Map.entry("NDArray.fft", NO_SPECTRA),
          Map.entry("NDArray.rfft", NO_SPECTRA),
          Map.entry("NDArray.ifft", NO_SPECTRA),
          Map.entry("NDArray.irfft", NO_SPECTRA),
          Map.entry("NDArray.fft2", NO_SPECTRA),
          Map.entry("NDArray.ifft2", NO_SPECTRA),
          Map.entry("NDArray.stft", NO_SPECTRA),
          Map.entry("NDArray.complex", NO_COMPLEX),
          Map.entry("NDArray.conj", NO_COMPLEX),
          Map.entry("NDArray.real", NO_COMPLEX),
          Map.entry("NDArray.toSparse", "keep the array dense"),
          Map.entry("NDManager.linspace", "use arange and mul"),
          Map.entry("NDArrayEx.multiBoxDetection", "export what comes before it"));

  private Operators() {}

  private static Map<String, List<Operator>> themes() {
    Map<String, List<Operator>> themes = new LinkedHashMap<>();
    themes.put("Arithmetic and functions", Elementwise.OPERATORS);
    themes.put("More functions", Functions.OPERATORS);
    themes.put("Comparisons, logic and choice", Comparisons.OPERATORS);
    themes.put("Activations", Activations.OPERATORS);
    themes.put("Reductions, running values and order", Reductions.OPERATORS);
    themes.put("Shapes and types", Reshaping.OPERATORS);
    themes.put("Slices and positions", Indexing.OPERATORS);
    themes.put("New arrays", Creation.OPERATORS);
    themes.put("Products and layers", Networks.OPERATORS);
    themes.put("Recurrent layers", Recurrent.OPERATORS);
    themes.put("Pooling", Pooling.OPERATORS);
    themes.put("Resizing", Resizing.OPERATORS);
    return Collections.unmodifiableMap(themes);
  }

  private static Map<String, Operator> table() {
    Map<String, Operator> operators = new TreeMap<>();
    for (List<Operator> theme : THEMES.values()) {
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

  /** The table by theme, for readers. */
  static Map<String, List<Operator>> byTheme() {
    return THEMES;
  }

  /** What to write in place of some operations that are not in the table. */
  static Map<String, String> refused() {
    return new TreeMap<>(INSTEAD);
  }

  /** What to write in place of an operation that is not in the table. */
  static String instead(String operation) {
    return INSTEAD.getOrDefault(operation, "write it with operations that can");
  }

  /** An entry for an operation with one result. */
  static Operator one(String name, String onnx, Operator.Single rule) {
    return new Operator(name, onnx, call -> List.of(rule.lower(call)));
  }
}
