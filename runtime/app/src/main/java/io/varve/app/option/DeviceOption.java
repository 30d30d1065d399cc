package io.varve.app.option;

import io.varve.inference.InferenceOptions;
import picocli.CommandLine.Option;

/** Where a command computes. */
public final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  public String name;

  /** How to run a bundle there; what it warns of is said. */
  public InferenceOptions options() {
    return InferenceOptions.of()
        .withDevice(name)
        .withWarnings(line -> Output.say("warning: %s", line));
  }
}
