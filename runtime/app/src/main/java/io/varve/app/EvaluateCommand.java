package io.varve.app;

import io.varve.inference.ActiveUnits;
import io.varve.inference.Bundle;
import io.varve.inference.Manifest;
import io.varve.training.Devices;
import io.varve.training.Evaluator;
import io.varve.training.Scores;
import io.varve.training.Trained;
import io.varve.training.data.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Measures a run or a bundle; the same seed gives both the same noise. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a run (in DJL) or a bundle (in ONNX Runtime) on images.",
      "Prints the bound and its terms with standard errors, bits per dimension, active units and the importance-weighted bound.",
      "One seed is one noise for both."
    })
final class EvaluateCommand implements Callable<Integer> {
  @ParentCommand private Varve varve;
  @Mixin private DataOptions data;
  @Mixin private Output output;
  @Mixin private DeviceOption device;
  @Mixin private ChangedPluginsOption changed;

  @Parameters(paramLabel = "RUN|BUNDLE", description = "What to measure.")
  private Path target;

  @Option(
      names = "--importance-samples",
      paramLabel = "K",
      defaultValue = "0",
      description = "Also the importance-weighted bound by K samples (default: none).")
  private int samples;

  @Option(
      names = "--importance-images",
      paramLabel = "N",
      description = "That bound on the first N images only (default: all that are measured).")
  private Integer weighted;

  @Option(names = "--batch", defaultValue = "256", description = "Images at a time (default: 256).")
  private int batch;

  @Option(names = "--seed", defaultValue = "1", description = "Of the noise (default: 1).")
  private long seed;

  @Override
  public Integer call() {
    output.results(Files.exists(target.resolve(Manifest.FILE)) ? bundle() : run());
    return 0;
  }

  private Evaluator.Plan plan() {
    return new Evaluator.Plan(
        samples, batch, seed, weighted == null ? Integer.MAX_VALUE : weighted);
  }

  private Map<String, Object> bundle() {
    Evaluator.Plan plan = plan();
    Bundle.Options options = Bundle.Options.of().withDevice(device.name).withChunk(batch);
    try (Bundle bundle = Bundle.open(target, options)) {
      BundleScores measure =
          new BundleScores(bundle, BundleData.open(bundle.manifest(), data), plan);
      return results(measure.scores(), measure.activeUnits());
    }
  }

  private Map<String, Object> run() {
    Evaluator.Plan plan = plan();
    try (Workspace workspace = Workspace.open(varve);
        Trained trained =
            Trained.load(
                target,
                new Trained.Options(
                    workspace.catalog(),
                    data.folder(),
                    Devices.of(device.name),
                    note -> Output.say("note: %s", note),
                    changed.accepted))) {
      Split split = data.of(trained.data());
      Evaluator evaluator = trained.evaluator();
      return results(evaluator.evaluate(split, plan), evaluator.activeUnits(split, plan));
    }
  }

  private static Map<String, Object> results(Scores scores, Map<String, ActiveUnits.Count> units) {
    Map<String, Object> results = Runs.summary(scores);
    if (!units.isEmpty()) {
      results.put("active_units", units);
    }
    return results;
  }
}
