package io.varve.app.check;

import io.varve.app.option.AtLeast;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.Output;
import io.varve.app.process.Termination;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.JsonText;
import io.varve.inference.file.OutputFile;
import io.varve.inference.file.TemporaryFolder;
import io.varve.training.engine.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tries and measures this installation on a card. */
@Command(
    name = "gpu-check",
    mixinStandardHelpOptions = true,
    description = {
      "Tries this installation on a card: trains, exports, compares and draws with five models on random images.",
      "Writes gpu-check.json and gpu-check.md, a table for docs/performance.md. Ends with 1 if something failed. It runs on the CPU too, and says so."
    })
public final class GpuCheckCommand implements Callable<Integer> {
  @Mixin private Output output;
  @Mixin private DeviceOption device;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the two files are written.")
  private Path out;

  @Option(
      names = "--steps",
      defaultValue = "50",
      description = "How many training steps to time (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAMES",
      description =
          "Only these of sere-mlp, vae-realnvp-cifar10, selfvae-downscale-cifar10, maf-10 and sere-maf.")
  private List<String> names = List.of();

  @Option(names = "--tiny", description = "Their small forms: to see that everything works.")
  private boolean tiny;

  @Override
  public Integer call() {
    AtLeast.of(1, "--steps", steps);
    List<CheckedModel> models = models();
    String wanted = Devices.expected(device.chosen());
    Path json = out.resolve("gpu-check.json");
    Path table = out.resolve("gpu-check.md");
    OutputFile.require(json);
    OutputFile.require(table);
    CheckReport report = new CheckReport(wanted);
    Termination.orderly(() -> measure(models, report));
    OutputFile.write(json, JsonText.indented(report.json()));
    OutputFile.write(table, report.markdown());
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("device", report.device());
    results.put("models", report.measured());
    results.put("failures", report.failures().isEmpty() ? "none" : report.failures());
    results.put("out", out.toString());
    output.results(results);
    if (Termination.isAsked()) {
      return Termination.code();
    }
    return report.failures().isEmpty() ? 0 : 1;
  }

  /** Measures model after model; what was measured stays when the process is asked to end. */
  private boolean measure(List<CheckedModel> models, CheckReport report) {
    try (TemporaryFolder folder = new TemporaryFolder()) {
      report.found(ChildCommand.of("doctor").run());
      for (String type : List.of("idx", "cifar10")) {
        RandomImages.write(folder.path().resolve(type), type);
      }
      for (CheckedModel model : models) {
        model.measure(folder.path(), report.device(), steps, report.of(model.name()));
      }
      return true;
    } catch (CancellationException e) {
      report.failed("the check", "was stopped before everything was measured");
      return false;
    } catch (IOException e) {
      report.failed("files", FileFault.reason(e));
      return false;
    } catch (IllegalArgumentException e) { // no room for temporary files
      report.failed("files", e.getMessage());
      return false;
    }
  }

  private List<CheckedModel> models() {
    List<CheckedModel> chosen = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(names);
    for (CheckedModel model : CheckedModel.ALL) {
      if (names.isEmpty() || unknown.remove(model.name())) {
        chosen.add(tiny ? model.tiny() : model);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "--models: there is no %s; there are %s"
              .formatted(unknown, CheckedModel.ALL.stream().map(CheckedModel::name).toList()));
    }
    return chosen;
  }
}
