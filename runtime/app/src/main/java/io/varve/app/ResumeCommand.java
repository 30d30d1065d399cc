package io.varve.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Goes on with a run. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Goes on with a run from its newest checkpoint, as if it had never stopped.")
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private Varve varve;
  @Mixin private Output output;
  @Mixin private DeviceOption device;

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
      Map<String, Object> results =
          Runs.summary(
              Runs.resume(run, workspace.catalog(), Optional.ofNullable(data), device.name));
      results.put("out", run.toString());
      results.put("report", run.resolve("report.html").toString());
      output.results(results);
      return 0;
    }
  }
}
