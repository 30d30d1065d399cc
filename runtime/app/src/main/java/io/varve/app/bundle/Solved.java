package io.varve.app.bundle;

import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import java.util.Map;

/** What a graph that iterates says of its fixed points. */
public final class Solved {
  private Solved() {}

  /**
   * Adds {@code passes}, the most that any row took, and {@code residual}, the largest, to results;
   * nothing where nothing was iterated.
   */
  public static void of(Map<String, Tensor> outputs, Map<String, Object> results) {
    if (outputs.containsKey(Manifest.RESIDUAL)) {
      results.put("passes", (long) largest(outputs.get(Manifest.PASSES)));
      results.put("residual", largest(outputs.get(Manifest.RESIDUAL)));
    }
  }

  private static double largest(Tensor rows) {
    double largest = 0;
    for (float value : rows.values()) {
      largest = Math.max(largest, value); // that of a NaN is NaN
    }
    return largest;
  }
}
