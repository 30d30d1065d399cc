package io.varve.app.train;

import io.varve.app.option.DeviceOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.ModelOptions;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.training.evaluation.Scores;
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

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.open(global)) {
      String stem = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
      Path run = out == null ? Path.of("runs", stem) : out;
      Scores scores =
          TrainingRuns.train(
              model.read(file), workspace.catalog(), run, device.name, ShellLine.of(spec));
      output.results(TrainingRuns.results(scores, run));
      return 0;
    }
  }
}
