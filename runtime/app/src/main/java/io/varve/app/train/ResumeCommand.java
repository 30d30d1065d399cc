package io.varve.app.train;

import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.training.engine.Devices;
import io.varve.training.run.TrainedModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Continues a run. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Continues a run from its newest checkpoint, as if it had never stopped.")
public final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private DeviceOption device;
  @Mixin private ChangedPluginsOption changed;

  @Parameters(paramLabel = "RUN", description = "A folder written by 'varve train'.")
  private Path run;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data set, if it has moved.")
  private String data;

  @Option(
      names = "--accept-changed-data",
      description = "Go on even if the data are not those that the run was trained on.")
  private boolean acceptChangedData;

  @Override
  public Integer call() {
    Devices.prepare(device.chosen()); // while plug-ins and the run are read
    try (Workspace workspace = Workspace.open(global)) {
      TrainedModel.Options options =
          changed.loading(
              workspace.catalog(), Optional.ofNullable(data), device.chosen(), acceptChangedData);
      return TrainingRuns.show(TrainingRuns.resume(run, options, ShellLine.of(spec)), run, output);
    }
  }
}
