package io.varve.app.bench;

import io.varve.app.bundle.Convergence;
import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares draws whose fixed points stop when they have converged with draws that run every round.
 * Both use the same noise and the same runtime.
 *
 * @param bundle with the graphs {@code generate} and {@code exact generate}
 * @param count how many images at once
 */
record SolverBench(Path bundle, InferenceOptions options, int count) {
  /** Runs of the draws that stop by themselves. Exact draws take long and run once. */
  private static final int REPEATED = 3;

  /** Passes, residual and seconds of both, how many times faster, and how far apart they are. */
  Map<String, Object> measure() {
    Map<String, Object> fixed = new LinkedHashMap<>();
    Map<String, Object> every = new LinkedHashMap<>();
    Map<String, Tensor> found = draw(options.withExact(false), REPEATED, fixed);
    Map<String, Tensor> exact = draw(options.withExact(true), 1, every);
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("images", count);
    results.put("generate", fixed);
    results.put("exact_generate", every);
    results.put("speed_up", (double) every.get("seconds") / (double) fixed.get("seconds"));
    results.put("difference", difference(found, exact));
    return results;
  }

  /** Draws a few times, after a first draw that opens the graph, and adds the median time. */
  private Map<String, Tensor> draw(
      InferenceOptions running, int runs, Map<String, Object> results) {
    try (Bundle open = Bundle.open(bundle, running.withChunk(count))) {
      Map<String, Tensor> drawn = Map.of();
      List<Double> seconds = new ArrayList<>();
      if (runs > 1) {
        open.generate(count, 2, 1);
      }
      double before = processorSeconds();
      for (int run = 0; run < runs; run++) {
        long start = System.nanoTime();
        drawn = open.generate(count, 1, 1);
        seconds.add((System.nanoTime() - start) * 1e-9);
      }
      new Convergence().add(drawn).addTo(results);
      results.put("seconds", Stopwatch.median(seconds));
      results.put("processor_seconds", (processorSeconds() - before) / runs);
      return drawn;
    }
  }

  /** What this process has computed so far, on all cores: other processes do not disturb it. */
  private static double processorSeconds() {
    Duration all = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    return all.toNanos() * 1e-9;
  }

  /** The largest difference of any output, relative to 1 + |value|, without those of the solver. */
  private static double difference(Map<String, Tensor> found, Map<String, Tensor> exact) {
    double worst = 0;
    for (Map.Entry<String, Tensor> output : exact.entrySet()) {
      if (output.getKey().startsWith("solver.")) {
        continue;
      }
      float[] a = found.get(output.getKey()).values();
      float[] b = output.getValue().values();
      for (int i = 0; i < a.length; i++) {
        worst = Math.max(worst, Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i])));
      }
    }
    return worst;
  }
}
