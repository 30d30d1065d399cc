package io.varve.app.option;

import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a command opens a bundle. */
public final class BundleOptions {
  @Mixin DeviceOption device;

  @Parameters(paramLabel = "BUNDLE", description = "A folder that `varve export` wrote.")
  public Path bundle;

  @Option(
      names = "--threads",
      description = "Threads of one operator; as many as there are cores unless given.")
  Integer threads;

  @Option(names = "--seed", defaultValue = "1", description = "Of the noise (default: 1).")
  public long seed;

  @Option(
      names = "--exact",
      description = {
        "Do every round where a graph iterates, as a check of the rounds that stop by themselves;",
        "the bundle needs the graphs for it: varve export --graphs generate,'exact generate'."
      })
  boolean exact;

  public Bundle open() {
    InferenceOptions options = device.options().withExact(exact);
    return Bundle.open(bundle, threads == null ? options : options.withThreads(threads));
  }
}
