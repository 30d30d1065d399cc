package io.varve.app;

import io.varve.inference.InferenceOptions;
import picocli.CommandLine.Option;

/** Where a command computes. */
final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  String name;

  /** How to run a bundle there; what it warns of is said. */
  InferenceOptions options() {
    return InferenceOptions.of()
        .withDevice(name)
        .withWarnings(line -> Output.say("warning: %s", line));
  }
}
