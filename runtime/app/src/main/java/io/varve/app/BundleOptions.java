package io.varve.app;

import io.varve.inference.Bundle;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a command opens a bundle. */
final class BundleOptions {
  @Parameters(paramLabel = "BUNDLE", description = "A folder that `varve export` wrote.")
  Path bundle;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  String device;

  @Option(
      names = "--threads",
      description = "Threads of one operator; as many as there are cores unless given.")
  Integer threads;

  @Option(names = "--seed", defaultValue = "1", description = "Of the noise (default: 1).")
  long seed;

  Bundle open() {
    Bundle.Options options = Bundle.Options.of().withDevice(device);
    return Bundle.open(bundle, threads == null ? options : options.withThreads(threads));
  }
}
