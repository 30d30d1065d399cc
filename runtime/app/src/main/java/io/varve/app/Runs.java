package io.varve.app;

import io.varve.model.Catalog;
import io.varve.model.YamlText;
import io.varve.training.Devices;
import io.varve.training.Job;
import io.varve.training.Scores;
import io.varve.training.Trained;
import io.varve.training.Trainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training, as several commands start it. */
final class Runs {
  private Runs() {}

  /** Trains a model file into a new folder. */
  static Scores train(YamlText yaml, Catalog catalog, Path out, String device, String command) {
    Job job = Job.of(yaml, catalog, Devices.of(device), command);
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.start(job, out, progress)) {
      return trainer.run();
    }
  }

  /** Goes on with a run, whose data may have moved to another folder. */
  static Scores resume(Path run, Trained.Options options) {
    Job job = Job.of(run, options, "varve resume " + run);
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.resume(job, run, progress)) {
      return trainer.run();
    }
  }

  /** The means of an evaluation, under the names that every evaluation prints. */
  static Map<String, Object> summary(Scores scores) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("bound", scores.bound());
    scores.importance().ifPresent(i -> summary.put("importance_bound", i.mean()));
    summary.put("bits_per_dim", scores.bitsPerDim());
    summary.put("reconstruction", scores.reconstruction());
    summary.put("kl", scores.kl());
    summary.put("images", scores.images());
    summary.put("images_per_second", scores.imagesPerSecond());
    return summary;
  }
}
