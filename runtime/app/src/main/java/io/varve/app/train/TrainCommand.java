package io.varve.app.train;

import io.varve.app.Varve;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.ModelOptions;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.training.evaluation.Scores;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trains a model file. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model file.",
      "The run's folder receives checkpoints, metrics, event files and report.html; 'varve resume RUN' goes on with it."
    })
public final class TrainCommand implements Callable<Integer> {
  @ParentCommand private Varve varve;
  @Spec private CommandSpec spec;
  @Mixin private ModelOptions model;
  @Mixin private Output output;
  @Mixin private DeviceOption device;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run's folder; runs/NAME of the model file unless given.")
  private Path out;

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.open(varve)) {
      String stem = model.file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
      Path run = out == null ? Path.of("runs", stem) : out;
      Scores scores =
          TrainingRuns.train(
              model.read(), workspace.catalog(), run, device.name, ShellLine.of(spec));
      Map<String, Object> results = TrainingRuns.summary(scores);
      results.put("out", run.toString());
      results.put("report", run.resolve("report.html").toString());
      output.results(results);
      return 0;
    }
  }
}
