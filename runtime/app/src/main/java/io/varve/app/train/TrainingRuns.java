package io.varve.app.train;

import io.varve.app.measure.ScoreSummary;
import io.varve.app.option.Output;
import io.varve.app.process.Termination;
import io.varve.inference.file.FileFault;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.report.metrics.Numbers;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Scores;
import io.varve.training.loop.Trainer;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Starts and resumes training for the commands that train. */
public final class TrainingRuns {
  private TrainingRuns() {}

  /**
   * What became of training.
   *
   * @param scores the last evaluation; empty if training was stopped
   * @param code the exit code: 0, 1 if nothing was learned, or that of a signal
   * @param device that it was trained on
   */
  public record Ended(Optional<Scores> scores, int code, String device) {}

  /** Trains a model file into a new folder. */
  public static Ended train(
      YamlText yaml, Catalog catalog, Path out, String device, String command) {
    TrainingJob job = TrainingJob.of(yaml, catalog, Devices.of(device), command);
    return run(job, out, progress -> Trainer.start(job, out, progress));
  }

  /** Continues a run. */
  public static Ended resume(Path run, TrainedModel.Options options, String command) {
    TrainingJob job = TrainingJob.of(run, options, command);
    return run(job, run, progress -> Trainer.resume(job, run, progress));
  }

  private static Ended run(TrainingJob job, Path run, Function<ProgressLine, Trainer> open) {
    Optional<Scores> scores;
    long left;
    long steps;
    try (ProgressLine progress = new ProgressLine();
        Trainer trainer = open.apply(progress)) {
      scores = Termination.orderly(trainer::run);
      left = trainer.skipped();
      steps = trainer.steps();
    } catch (IllegalArgumentException e) {
      throw advised(e, run);
    }
    if (scores.isEmpty()) {
      Output.say("varve: stopped; 'varve resume %s' goes on", run);
    } else if (left == steps) {
      Output.say(
          "varve: %s: nothing was learned: all %s updates were left out, because their gradients are not finite or reach skip-norm; raise training.skip-norm or lower training.rate",
          run, Numbers.count(steps));
      return new Ended(scores, 1, Devices.name(job.device()));
    }
    int code = Termination.isAsked() ? Termination.code() : 0;
    return new Ended(scores, code, Devices.name(job.device()));
  }

  /** A run that a full disk has stopped goes on when there is room again. */
  static IllegalArgumentException advised(IllegalArgumentException e, Path run) {
    return FileFault.isFull(e) && Files.exists(run.resolve("model.yaml"))
        ? new IllegalArgumentException(
            e.getMessage() + " Then 'varve resume " + run + "' goes on.", e)
        : e;
  }

  /** Prints the results of training and answers the exit code. */
  static int show(Ended ended, Path run, Output output) {
    ended.scores().ifPresent(scores -> output.results(results(scores, run, ended.device())));
    return ended.code();
  }

  /** The means of the last evaluation, and the run's files. */
  private static Map<String, Object> results(Scores scores, Path run, String device) {
    Map<String, Object> results = ScoreSummary.of(scores);
    results.put("device", device);
    results.put("out", run.toString());
    results.put("report", run.resolve("report.html").toString());
    return results;
  }
}
