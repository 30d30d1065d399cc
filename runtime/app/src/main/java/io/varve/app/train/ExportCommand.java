package io.varve.app.train;

import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Version;
import io.varve.app.option.Workspace;
import io.varve.export.bundle.BundleExport;
import io.varve.export.bundle.Exported;
import io.varve.inference.bundle.Manifest;
import io.varve.model.plugin.Catalog;
import io.varve.training.engine.Devices;
import io.varve.training.run.TrainedModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Exports a run to a bundle. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Exports a run to a bundle: ONNX graphs that share one weights file.",
      "A bundle needs no plug-ins. Each graph is run in ONNX Runtime and compared with DJL first."
    })
public final class ExportCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Mixin private Output output;
  @Mixin private ChangedPluginsOption changed;

  @Parameters(paramLabel = "RUN", description = "A folder written by 'varve train'.")
  private Path run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "BUNDLE",
      description = "The bundle's folder.")
  private Path out;

  @Option(
      names = "--graphs",
      split = ",",
      paramLabel = "NAMES",
      description =
          "bound, importance, infer, generate, 'carry u z1' or 'infer y'. The name modes stands for all graphs that the model's modes need (default: the model file's export: key).")
  private List<String> graphs;

  @Override
  public Integer call() {
    Devices.prepare("cpu"); // while plug-ins and the run are read
    try (Workspace workspace = Workspace.open(global)) {
      TrainedModel.Options options = changed.loading(workspace.catalog(), Optional.empty(), "cpu");
      BundleExport.Result result = export(options, run, out, Optional.ofNullable(graphs));
      Map<String, Object> results = new LinkedHashMap<>();
      results.put("out", result.bundle().toString());
      results.put("parity", result.worst());
      results.put("tolerance", BundleExport.TOLERANCE);
      if (!result.withoutCuda().isEmpty()) {
        results.put("without_cuda", result.withoutCuda());
        Output.say("note: with --device cuda some nodes run on the CPU: %s", result.withoutCuda());
      }
      output.results(results);
      return 0;
    }
  }

  /** Exports the newest checkpoint of a run that was trained with these plug-ins. */
  public static BundleExport.Result export(
      Catalog catalog, Path run, Path out, Optional<List<String>> graphs) {
    ChangedPluginsOption unchanged = new ChangedPluginsOption();
    return export(unchanged.loading(catalog, Optional.empty(), "cpu"), run, out, graphs);
  }

  private static BundleExport.Result export(
      TrainedModel.Options options, Path run, Path out, Optional<List<String>> graphs) {
    try (TrainedModel trained = TrainedModel.load(run, options)) {
      Exported exported =
          new Exported(
              trained.experiment().name(),
              Version.text(),
              trained.yaml(),
              trained.model(),
              trained.experiment().data().encoding(),
              trained.image(),
              trained.weights(),
              trained.weights().flat(),
              plugins(trained));
      return BundleExport.export(exported, graphs.orElse(trained.experiment().export()), out);
    }
  }

  private static List<Manifest.Plugin> plugins(TrainedModel trained) {
    return trained.plugins().stream()
        .map(p -> new Manifest.Plugin(p.id(), p.version(), p.sha256(), p.components()))
        .toList();
  }
}
