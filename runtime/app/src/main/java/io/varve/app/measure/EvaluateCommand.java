package io.varve.app.measure;

import io.varve.app.bundle.BundleData;
import io.varve.app.option.AtLeast;
import io.varve.app.option.ChangedPluginsOption;
import io.varve.app.option.DataOptions;
import io.varve.app.option.DeviceOption;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.inference.ActiveUnits;
import io.varve.inference.Bundle;
import io.varve.inference.InferenceOptions;
import io.varve.inference.bundle.Manifest;
import io.varve.report.metrics.LatentActivity;
import io.varve.training.data.Source;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.TrainedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Measures a run or a bundle on images. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a run (in DJL) or a bundle (in ONNX Runtime) on images.",
      "Prints the bound and its terms with standard errors, bits per dimension, and the importance-weighted bound. For each latent, prints the KL, the active units and whether it has collapsed.",
      "The same seed gives a run and its bundle the same noise."
    })
public final class EvaluateCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
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
      description = "Also compute the importance-weighted bound with K samples (default: 0, none).")
  private int samples;

  @Option(
      names = "--importance-images",
      paramLabel = "N",
      description = "Compute that bound on the first N images only (default: all).")
  private Integer weighted;

  @Option(names = "--batch", defaultValue = "256", description = "Images per batch (default: 256).")
  private int batch;

  @Option(names = "--seed", defaultValue = "1", description = "The seed of the noise (default: 1).")
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
        AtLeast.of(0, "--importance-samples", samples),
        AtLeast.of(1, "--batch", batch),
        seed,
        weighted == null ? Integer.MAX_VALUE : AtLeast.of(1, "--importance-images", weighted));
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
    try (Workspace workspace = Workspace.open(global);
        TrainedModel trained =
            TrainedModel.load(
                target, changed.loading(workspace.catalog(), Optional.empty(), device.chosen()))) {
      Split split = split(trained);
      Evaluator evaluator = trained.evaluator();
      show(split, evaluator.evaluate(split, plan), evaluator.activeUnits(split, plan));
    }
  }

  private Split split(TrainedModel trained) {
    Source source = trained.experiment().data().source();
    return data.handedIn(source, (int) trained.image().get(0))
        .map(trained::fitting)
        .orElseGet(() -> data.of(trained.data()));
  }

  /** Prints the results: the latents as a table for people, by key for scripts. */
  private void show(Split split, Scores scores, Map<String, ActiveUnits.Count> units) {
    Map<String, Object> results = ScoreSummary.of(scores, scores.divergence(split));
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
      Output.lines(LevelTable.lines(levels, scores).stream());
    }
    if (!levels.isEmpty()) {
      Output.say("%s", LatentActivity.verdict(levels));
    }
  }
}
