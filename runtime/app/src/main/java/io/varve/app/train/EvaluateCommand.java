package io.varve.app.train;

import io.varve.app.Varve;
import io.varve.app.bundle.BundleData;
import io.varve.app.bundle.BundleScores;
import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.DataOptions;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.inference.ActiveUnits;
import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.bundle.Manifest;
import io.varve.report.metrics.LatentActivity;
import io.varve.training.data.set.Split;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.TrainedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
      "Prints the bound and its terms with standard errors, bits per dimension, the importance-weighted bound, and of each latent KL, active units and whether it has collapsed.",
      "One seed is one noise for both."
    })
public final class EvaluateCommand implements Callable<Integer> {
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
    if (Files.exists(target.resolve(Manifest.FILE))) {
      bundle();
    } else {
      run();
    }
    return 0;
  }

  private Evaluator.Settings plan() {
    return new Evaluator.Settings(
        samples, batch, seed, weighted == null ? Integer.MAX_VALUE : weighted);
  }

  private void bundle() {
    Evaluator.Settings plan = plan();
    InferenceOptions options = device.options().withChunk(batch);
    try (Bundle bundle = Bundle.open(target, options)) {
      Split split = BundleData.open(bundle.manifest(), data);
      BundleScores measure = new BundleScores(bundle, split, plan);
      show(split, measure.scores(), measure.activeUnits());
    }
  }

  private void run() {
    Evaluator.Settings plan = plan();
    try (Workspace workspace = Workspace.open(varve);
        TrainedModel trained =
            TrainedModel.load(
                target,
                new TrainedModel.Options(
                    workspace.catalog(),
                    data.folder(),
                    Devices.of(device.name),
                    note -> Output.say("note: %s", note),
                    changed.accepted))) {
      Split split = data.of(trained.data());
      Evaluator evaluator = trained.evaluator();
      show(split, evaluator.evaluate(split, plan), evaluator.activeUnits(split, plan));
    }
  }

  /** People read the latents as a table, scripts by key. */
  private void show(Split split, Scores scores, Map<String, ActiveUnits.Count> units) {
    Map<String, Object> results = TrainingRuns.summary(scores);
    scores.divergence(split).ifPresent(divergence -> TrainingRuns.add(results, divergence));
    List<LatentActivity> levels = LatentActivity.of(scores.kl(), units);
    if (output.json) {
      if (!units.isEmpty()) {
        results.put("active_units", units);
      }
      results.put("collapsed", LatentActivity.collapsed(levels));
      output.results(results);
    } else {
      results.remove("kl");
      output.results(results);
      LevelTable.lines(levels, scores).forEach(System.out::println);
    }
    if (!levels.isEmpty()) {
      Output.say("%s", LatentActivity.verdict(levels));
    }
  }
}
