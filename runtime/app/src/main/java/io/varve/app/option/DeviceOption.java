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

  /**
   * How to run a bundle there, with warnings on standard error; threads spin where the launcher
   * found the cores quiet.
   */
  public InferenceOptions options() {
    return InferenceOptions.of()
        .withDevice(name)
        .withSpinning(Boolean.getBoolean("varve.quiet"))
        .withWarnings(line -> Output.say("warning: %s", line));
  }
}
