package io.varve.export.onnx;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.varve.export.onnx.record.Traced;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;

/** Collects functions that must agree with DJL at batch sizes that were not traced. */
public class Agreement {
  public final List<DynamicTest> tests = new ArrayList<>();

  /** A function of a normal array [B, 6, 4]. */
  public void on(String name, UnaryOperator<NDArray> function) {
    agrees(name, Exports.of(function));
  }

  /** A function of a normal array [B, 6, 4] and the manager. */
  public void on(String name, BiFunction<NDArray, NDManager, NDArray> function) {
    agrees(name, Exports.of(function));
  }

  public void agrees(String name, Traced code) {
    tests.add(dynamicTest(name, () -> Exports.parity(code).require(Exports.TOLERANCE)));
  }
}
