package io.varve.app;

import picocli.CommandLine.Option;

/** Where a command computes. */
final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  String name;
}
