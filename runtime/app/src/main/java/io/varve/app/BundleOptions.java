package io.varve.app;

import io.varve.inference.Bundle;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a command opens a bundle. */
final class BundleOptions {
  @Mixin DeviceOption device;

  @Parameters(paramLabel = "BUNDLE", description = "A folder that `varve export` wrote.")
  Path bundle;

  @Option(
      names = "--threads",
      description = "Threads of one operator; as many as there are cores unless given.")
  Integer threads;

  @Option(names = "--seed", defaultValue = "1", description = "Of the noise (default: 1).")
  long seed;

  Bundle open() {
    Bundle.Options options = Bundle.Options.of().withDevice(device.name);
    return Bundle.open(bundle, threads == null ? options : options.withThreads(threads));
  }
}
