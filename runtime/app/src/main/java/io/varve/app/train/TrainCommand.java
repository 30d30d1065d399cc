package io.varve.app.train;

import io.varve.app.option.DeviceOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.ModelOptions;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.training.engine.Devices;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trains a model file. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model file.",
      "Writes checkpoints, metrics, event files and report.html into the run's folder. 'varve resume RUN' continues the run."
    })
public final class TrainCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private Output output;
  @Mixin private DeviceOption device;

  @Parameters(paramLabel = "MODEL.yaml", description = "The model file.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run's folder (default: runs/ and the model file's name).")
  private Path out;

  /** The name of the model file without its ending. */
  private String stem() {
    Path name = file.toAbsolutePath().normalize().getFileName();
    return name == null ? "model" : name.toString().replaceFirst("\\.ya?ml$", "");
  }

  @Override
  public Integer call() {
    Devices.prepare(device.chosen()); // while plug-ins and the model file are read
    try (Workspace workspace = Workspace.open(global)) {
      Path run = out == null ? Path.of("runs", stem()) : out;
      TrainingRuns.Ended ended =
          TrainingRuns.train(
              model.read(file), workspace.catalog(), run, device.chosen(), ShellLine.of(spec));
      return TrainingRuns.show(ended, run, output);
    }
  }
}
