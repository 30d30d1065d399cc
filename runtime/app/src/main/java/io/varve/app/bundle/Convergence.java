package io.varve.app.bundle;

import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import java.util.Map;

/** How well the fixed points of a graph that iterates have converged. */
public final class Convergence {
  private Convergence() {}

  /**
   * Adds to results the largest {@code passes} and the largest {@code residual} of any row. Adds
   * nothing where the graph does not iterate.
   */
  public static void addTo(Map<String, Object> results, Map<String, Tensor> outputs) {
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
