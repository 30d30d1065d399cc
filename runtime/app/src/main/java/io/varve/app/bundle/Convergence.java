package io.varve.app.bundle;

import io.varve.inference.Tensor;
import io.varve.inference.bundle.Manifest;
import java.util.Map;

/** How well the fixed points of a graph that iterates have converged, over all that was drawn. */
public final class Convergence {
  private boolean iterates;
  private double passes;
  private double residual;

  /** Nothing drawn yet. */
  public Convergence() {}

  /** Adds what a graph gave. */
  public Convergence add(Map<String, Tensor> outputs) {
    if (outputs.containsKey(Manifest.RESIDUAL)) {
      iterates = true;
      passes = Math.max(passes, largest(outputs.get(Manifest.PASSES)));
      residual = Math.max(residual, largest(outputs.get(Manifest.RESIDUAL)));
    }
    return this;
  }

  /**
   * Adds to results the largest {@code passes} and the largest {@code residual} of any row. Adds
   * nothing where the graph does not iterate.
   */
  public void addTo(Map<String, Object> results) {
    if (iterates) {
      results.put("passes", (long) passes);
      results.put("residual", residual);
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
