package io.varve.app.option;

import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import java.nio.file.Path;
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
      names = "--exact",
      description = {
        "Run every round where a graph iterates, to check the rounds that stop by themselves.",
        "The bundle needs the graphs for it: varve export --graphs generate,'exact generate'."
      })
  boolean exact;

  /** Opens the bundle. */
  public Bundle open() {
    InferenceOptions options = device.options().withExact(exact);
    return Bundle.open(path, threads == null ? options : options.withThreads(threads));
  }
}
