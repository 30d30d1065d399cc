package io.varve.app.option;

import io.varve.inference.InferenceOptions;
import io.varve.inference.onnxruntime.NvidiaDriver;
import java.nio.file.Files;
import picocli.CommandLine.Option;

/** The device that a command computes on. */
public final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "The device: auto, cpu, cuda or cuda:INDEX (default: ${DEFAULT-VALUE}).")
  private String name;

  private boolean explained;

  /**
   * What was asked for. Where it is {@code auto}, CUDA is installed and there is a driver but no
   * card, a note says so, once.
   */
  public String chosen() {
    boolean installed =
        Workspace.home().map(home -> Files.isDirectory(home.resolve("cuda"))).orElse(false);
    if (name.equals("auto") && installed && !explained) {
      explained = true;
      NvidiaDriver driver = NvidiaDriver.find();
      if (driver.library().isPresent()) {
        driver.lack().ifPresent(lack -> Output.say("note: computing on the CPU: %s", lack));
      }
    }
    return name;
  }

  /**
   * How to run a bundle there, with warnings on standard error; threads spin where the launcher
   * found the cores quiet.
   */
  public InferenceOptions options() {
    return InferenceOptions.of()
        .withDevice(chosen())
        .withSpinning(Boolean.getBoolean("varve.quiet"))
        .withWarnings(line -> Output.say("warning: %s", line));
  }
}
