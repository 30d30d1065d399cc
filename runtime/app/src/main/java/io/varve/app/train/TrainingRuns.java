package io.varve.app.train;

import io.varve.app.measure.ScoreSummary;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Scores;
import io.varve.training.loop.Trainer;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.Map;

/** Starts and resumes training for the commands that train. */
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

  /** Continues a run. */
  static Scores resume(Path run, TrainedModel.Options options, String command) {
    TrainingJob job = TrainingJob.of(run, options, command);
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = Trainer.resume(job, run, progress)) {
      return trainer.run();
    }
  }

  /** The results of training: the means of the last evaluation, and the run's files. */
  static Map<String, Object> results(Scores scores, Path run) {
    Map<String, Object> results = ScoreSummary.of(scores);
    results.put("out", run.toString());
    results.put("report", run.resolve("report.html").toString());
    return results;
  }
}
