package io.varve.app.option;

import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.bundle.GraphName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The bundle that a command opens, and how. */
public final class BundleOptions {
  @Mixin DeviceOption device;

  @Parameters(paramLabel = "BUNDLE", description = "A folder written by 'varve export'.")
  public Path path;

  @Option(names = "--threads", description = "Threads per operator (default: one per core).")
  Integer threads;

  @Option(names = "--seed", defaultValue = "1", description = "The seed of the noise (default: 1).")
  public long seed;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description =
          "Fail when one pass over the rows takes longer, such as the scores of one batch (default: never).")
  Double timeout;

  @Option(
      names = "--exact",
      description =
          "Run every round where a graph iterates, to check the rounds that stop by themselves. The bundle needs the graphs for it: varve export --graphs generate,'exact generate'.")
  boolean exact;

  @Option(
      names = "--tf32",
      description =
          "With CUDA: products may keep ten bits of each factor, which is faster and too coarse for exact bounds.")
  boolean tf32;

  @Option(
      names = "--strict",
      description =
          "With CUDA: refuse a bundle that has a node without a CUDA kernel, which would run on the CPU.")
  boolean strict;

  /**
   * Opens the bundle.
   *
   * @param graphs the entry points that will be used, or all
   */
  public Bundle open(String... graphs) {
    InferenceOptions options =
        device
            .options()
            .withExact(exact)
            .withCuda(new InferenceOptions.Cuda(tf32, 0, strict, false));
    if (timeout != null) {
      if (!(timeout > 0 && timeout <= Integer.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "--timeout: must be a number of seconds above 0, not " + timeout);
      }
      options = options.withTimeout(Duration.ofNanos((long) (timeout * 1e9)));
    }
    Set<String> names = new TreeSet<>();
    for (String graph : graphs) {
      names.add(GraphName.of(graph).exactly(exact).toString());
    }
    return Bundle.open(path, threads == null ? options : options.withThreads(threads), names);
  }
}
