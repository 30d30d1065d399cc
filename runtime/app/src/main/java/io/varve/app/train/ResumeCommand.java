package io.varve.app.train;

import io.varve.app.Varve;
import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.Output;
import io.varve.app.option.ShellLine;
import io.varve.app.option.Workspace;
import io.varve.training.engine.Devices;
import io.varve.training.run.TrainedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Goes on with a run. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Goes on with a run from its newest checkpoint, as if it had never stopped.")
public final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private Varve varve;
  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private DeviceOption device;
  @Mixin private ChangedPluginsOption changed;

  @Parameters(paramLabel = "RUN", description = "A folder that `varve train` wrote.")
  private Path run;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder of the data set, where it moved.")
  private String data;

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.open(varve)) {
      TrainedModel.Options options =
          new TrainedModel.Options(
              workspace.catalog(),
              Optional.ofNullable(data),
              Devices.of(device.name),
              note -> Output.say("note: %s", note),
              changed.accepted);
      Map<String, Object> results = TrainingRuns.summary(TrainingRuns.resume(run, options, ShellLine.of(spec)));
      results.put("out", run.toString());
      results.put("report", run.resolve("report.html").toString());
      output.results(results);
      return 0;
    }
  }
}
