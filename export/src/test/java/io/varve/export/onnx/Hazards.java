package io.varve.export.onnx;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.varve.export.onnx.record.Traced;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;

/**
 * What may become of code that would silently freeze a value into the graph. It is refused while
 * traced, at the author's line; or caught by the comparison that is part of every export; or
 * exported as what it means.
 */
class Hazards {
  final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  static long batch(NDArray x) {
    return x.getShape().get(0);
  }

  /** Refused with the class and line of the code, the operation, and what to write instead. */
  void refused(UnaryOperator<NDArray> code, String... words) {
    refused((x, m) -> code.apply(x), words);
  }

  void refused(BiFunction<NDArray, NDManager, NDArray> code, String... words) {
    traceRefused(Exports.of(code), words);
  }

  void traceRefused(Traced code, String... words) {
    assertThatThrownBy(() -> Exports.export(code))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(Pattern.quote(getClass().getName()) + REFUSAL)
        .hasMessageContainingAll(words);
  }

  /** {@code :line: operation what is wrong; what to write instead}. */
  static final String REFUSAL = ":\\d+: (NDArray|NDArrayEx|NDManager)\\.\\w+ [^\n;]+; [^\n]+";

  /** No trace shows it, but the comparison at batch 32 does. */
  static void caught(UnaryOperator<NDArray> code, String... words) {
    caught(OnnxExporter.of(Exports.of(code)), words);
  }

  static void caught(OnnxExporter exporter, String... words) {
    assertThatThrownBy(() -> Exports.parity(exporter).require(Exports.TOLERANCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  static void agrees(UnaryOperator<NDArray> code) {
    traceAgrees(Exports.of(code));
  }

  static void traceAgrees(Traced code) {
    Exports.parity(code).require(Exports.TOLERANCE);
  }
}
