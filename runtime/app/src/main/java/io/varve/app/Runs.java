package io.varve.app;

import io.varve.model.Catalog;
import io.varve.model.YamlText;
import io.varve.training.Devices;
import io.varve.training.Experiment;
import io.varve.training.Job;
import io.varve.training.RunFolder;
import io.varve.training.Scores;
import io.varve.training.Trainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training, as several commands start it. */
final class Runs {
  private Runs() {}

  /** Trains a model file into a new folder. */
  static Scores train(YamlText yaml, Catalog catalog, Path out, String device, String command) {
    Experiment experiment = Experiment.of(yaml, catalog);
    Job job = new Job(experiment, yaml.text(), Devices.of(device), command);
    try (RunFolder folder = RunFolder.create(out, yaml.text())) {
      return run(job, folder);
    }
  }

  /** Goes on with a run. */
  static Scores resume(Path run, Catalog catalog, String device) {
    Experiment experiment = Experiment.of(RunFolder.yaml(run), catalog);
    try (RunFolder folder = RunFolder.open(run)) {
      Job job = new Job(experiment, RunFolder.text(run), Devices.of(device), "varve resume " + run);
      return run(job, folder);
    }
  }

  private static Scores run(Job job, RunFolder folder) {
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.open(job, folder, progress)) {
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
