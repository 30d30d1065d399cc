package io.varve.app.train;

import io.varve.app.option.Output;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.report.metrics.Divergence;
import io.varve.report.metrics.Estimate;
import io.varve.training.loop.Trainer;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training, as several commands start it. */
public final class TrainingRuns {
  private TrainingRuns() {}

  /** Trains a model file into a new folder. */
  public static Scores train(
      YamlText yaml, Catalog catalog, Path out, String device, String command) {
    TrainingJob job = TrainingJob.of(yaml, catalog, Devices.of(device), command);
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.start(job, out, progress)) {
      return trainer.run();
    }
  }

  /** Goes on with a run, whose data may have moved to another folder. */
  static Scores resume(Path run, TrainedModel.Options options, String command) {
    TrainingJob job = TrainingJob.of(run, options, command);
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.resume(job, run, progress)) {
      return trainer.run();
    }
  }

  /** The means of an evaluation, under the names that every evaluation prints. */
  public static Map<String, Object> summary(Scores scores) {
    Map<String, Object> summary = new LinkedHashMap<>();
    Map<String, Double> errors = new LinkedHashMap<>();
    put(summary, errors, "bound", scores.boundMean());
    scores.importanceMean().ifPresent(m -> put(summary, errors, "importance_bound", m));
    put(summary, errors, "bits_per_dim", scores.bitsMean());
    scores.importanceBits().ifPresent(m -> put(summary, errors, "importance_bits_per_dim", m));
    summary.put("reconstruction", scores.reconstruction());
    Map<String, Double> logP = new LinkedHashMap<>();
    scores
        .means()
        .forEach(
            (name, mean) -> {
              errors.put(name, scores.termMean(name).error());
              if (name.startsWith("log_p.")) {
                logP.put(name.substring("log_p.".length()), mean);
              }
            });
    summary.put("log_p", logP);
    summary.put("kl", scores.kl());
    summary.put("term_bits_per_dim", scores.termBits());
    errors.values().removeIf(error -> error.isNaN());
    summary.put(Output.ERRORS, errors);
    scores
        .importance()
        .ifPresent(
            i -> {
              summary.put("importance_samples", i.samples());
              summary.put("importance_images", i.images());
            });
    summary.put("images", scores.images());
    summary.put("images_per_second", scores.imagesPerSecond());
    return summary;
  }

  /** Adds how far a model is from the density of its data, with standard errors. */
  static void add(Map<String, Object> summary, Divergence divergence) {
    @SuppressWarnings("unchecked") // as summary has made it
    Map<String, Double> errors = (Map<String, Double>) summary.get(Output.ERRORS);
    summary.put("entropy_bits", divergence.entropy());
    put(summary, errors, "cross_entropy_bits", divergence.crossEntropy());
    put(summary, errors, "kl_bits", divergence.kl());
  }

  private static void put(
      Map<String, Object> summary, Map<String, Double> errors, String name, Estimate mean) {
    summary.put(name, mean.value());
    errors.put(name, mean.error());
  }
}
