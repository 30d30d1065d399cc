package io.varve.app.option;

import io.varve.inference.InferenceOptions;
import picocli.CommandLine.Option;

/** The device that a command computes on. */
public final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "The device: auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  public String name;

  /** How to run a bundle there, with warnings on standard error. */
  public InferenceOptions options() {
    return InferenceOptions.of()
        .withDevice(name)
        .withWarnings(line -> Output.say("warning: %s", line));
  }
}
