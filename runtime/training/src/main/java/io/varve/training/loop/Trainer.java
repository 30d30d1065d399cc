package io.varve.training.loop;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Model;
import io.varve.report.Report;
import io.varve.report.metrics.BoundScore;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.OptimizationState;
import io.varve.report.metrics.Point;
import io.varve.spi.Progress;
import io.varve.training.checkpoint.CheckpointTensors;
import io.varve.training.checkpoint.Checkpoints;
import io.varve.training.data.feed.Feed;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import io.varve.training.engine.DeviceMemory;
import io.varve.training.engine.Devices;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import io.varve.training.learning.Learner;
import io.varve.training.learning.RunningMeans;
import io.varve.training.log.RunFacts;
import io.varve.training.log.RunLog;
import io.varve.training.optimizer.Training;
import io.varve.training.run.RunFolder;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * Trains a model into the folder of a run, from its start or from its newest checkpoint.
 *
 * <p>What a step does depends on the model file and the step's number alone, so a run that was
 * killed and resumed ends with the weights of one that was not: bit for bit on the CPU.
 */
public final class Trainer implements AutoCloseable {
  /** Data of up to this size lie on the device as a whole. */
  private static final long RESIDENT_BYTES = 2L << 30;

  /** So many files take a while to read, which a user should know of. */
  private static final int MANY = 20_000;

  private final TrainingJob job;
  private final Training training;
  private final RunFolder folder;
  private final Listener listener;
  private final NDManager manager;
  private final Splits data;
  private final Split test;
  private final Feed feed;
  private final Learner learner;
  private final TestMeasures measures;
  private final Checkpoints checkpoints;
  private final RunFacts facts;
  private final RunLog log;
  private final Clock clock = new Clock();
  private final Epochs epochs;
  private final SkippedUpdates skipped;
  private long step;
  private Optional<Scores> latest = Optional.empty();

  /** The folder comes last: what cannot be trained leaves nothing behind. */
  private Trainer(TrainingJob job, Function<Splits, RunFolder> open, Listener listener) {
    this.job = job;
    this.training = job.experiment().training();
    this.listener = listener;
    this.skipped = new SkippedUpdates(listener);
    this.data = checked(job.experiment().data().open(), listener);
    this.test = job.experiment().evaluation().of(data.test());
    int[] shape = data.train().shape();
    Model model = job.experiment().build(new Shape(shape[0], shape[1], shape[2]));
    this.manager = NDManager.newBaseManager(job.device(), "PyTorch");
    try {
      DeviceMemory.shared(job.device()).ifPresent(listener::noted);
      this.learner = new Learner(job.experiment(), model, manager);
      Evaluator evaluator =
          new Evaluator(
              model, job.experiment().data().encoding(), learner.weights(), learner.best());
      this.measures =
          new TestMeasures(evaluator.stoppingWhen(listener::isStopAsked), test, job.experiment());
      this.feed = new Feed(manager, data.train(), RESIDENT_BYTES);
      this.epochs = Epochs.of(feed.size(), training);
      epochs.look(training::rateAt);
      epochs.look(job.experiment().objective()::betaAt);
      this.folder = open.apply(data);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    try {
      this.checkpoints = new Checkpoints(RunFolder.checkpoints(folder.path()), job.yaml());
      restore(checkpoints.newest(listener::noted));
      this.facts = new RunFacts(job, data, test, model);
      int pictures = job.experiment().evaluation().keepPictures();
      this.log = new RunLog(folder.path(), job.experiment().name(), step, pictures);
    } catch (RuntimeException e) {
      folder.close();
      manager.close();
      throw e;
    }
  }

  /** The data, every image read once: a damaged one is found now, not after an epoch. */
  private static Splits checked(Splits data, Listener listener) {
    data.notes().forEach(listener::noted);
    if (data.train().items().size() > MANY) {
      listener.noted("reading every image once, to find damaged ones before training starts");
    }
    data.check().forEach(listener::noted);
    return data;
  }

  /**
   * Makes ready to train from the start.
   *
   * @param out becomes the run's folder
   * @throws IllegalArgumentException one line: data or a model that cannot be used, or a folder
   *     that already holds a run
   */
  public static Trainer start(TrainingJob job, Path out, Listener listener) {
    RunFolder.requireNone(out);
    return new Trainer(job, data -> job.create(out, data), listener);
  }

  /**
   * Makes ready to go on from the newest checkpoint, or from the start where none was completed.
   *
   * @param job that of the run, as {@code TrainingJob#of(Path, Trained.Options, String)} reads it
   * @throws IllegalArgumentException one line: no run, no checkpoint that can be used, data or
   *     plug-ins that do not fit it, or another process that trains it
   */
  public static Trainer resume(TrainingJob job, Path run, Listener listener) {
    return new Trainer(job, data -> job.open(run, data, listener::noted), listener);
  }

  private void restore(Optional<Checkpoints.Saved> newest) {
    newest.ifPresent(
        saved -> {
          Checkpoints.Position at = saved.position();
          CheckpointTensors.read(saved.tensors(), saved.file(), learner);
          learner.means().resume(at.tally(), at.tallied());
          step = at.step();
          skipped.resume(at.skipped());
          clock.resume(at.seconds(), step);
        });
  }

  /** Optimiser steps in all. */
  public long steps() {
    return epochs.steps();
  }

  /** Updates that were left out, of all steps up to the last line of metrics. */
  public long skipped() {
    return skipped.count();
  }

  /**
   * Trains to the end, or until the listener asks to stop.
   *
   * @return what the test images say of the final weights; empty if training was stopped. All that
   *     was trained is then in a checkpoint, and {@link #resume} goes on from there
   */
  public Optional<Scores> run() {
    folder.describe(facts.facts(steps(), learner.weights().count()));
    listener.started(step, steps());
    clock.start();
    try {
      train();
      clock.stop();
      return Optional.of(finish());
    } catch (CancellationException e) {
      if (clock.stepsSinceSaved(step) > 0) {
        save();
      }
      return Optional.empty();
    }
  }

  private void train() {
    if (step == 0) {
      begin();
    } else if (evaluates() && !log.isTested(step)) {
      evaluate(); // what a stop has cut short
    }
    while (step < steps()) {
      epoch();
    }
  }

  /** What the weights take from the data at their start, they take from the batch of step 0. */
  private void begin() {
    try (Feed.Epoch batches = feed.epoch(epochs.order(0), 0, epochs.batch())) {
      learner.begin(batches::next);
    }
  }

  /** The rest of the epoch that the next step is in. */
  private void epoch() {
    try (Feed.Epoch batches = feed.epoch(epochs.order(step), epochs.cursor(step), epochs.batch())) {
      while (batches.hasNext()) {
        step(batches);
        step++;
        listener.stepped(step);
        if (step % training.logEvery() == 0 || step == steps()) {
          log();
        }
        if (evaluates()) {
          evaluate();
        }
        Training.Every every = training.checkpointEvery();
        if (step == steps() || every.due(clock.stepsSinceSaved(step), clock.secondsSinceSaved())) {
          save();
        }
        if (step < steps() && listener.isStopAsked()) {
          throw new CancellationException("training was stopped");
        }
      }
    }
  }

  /** A step; where the engine fails, as for want of memory, with the batch in the message. */
  private void step(Feed.Epoch batches) {
    try {
      learner.step(batches::next, epochs.progress(step));
    } catch (EngineException e) {
      throw new IllegalStateException(
          "a step of training.batch %d failed on %s"
              .formatted(epochs.batch(), Devices.name(job.device())),
          e);
    }
  }

  private boolean evaluates() {
    return epochs.evaluates(step, training.evaluateEvery());
  }

  private void log() {
    int since = learner.means().steps();
    RunningMeans.Means means = learner.means().take();
    skipped.add(means.skipped(), since);
    double speed = clock.lap(step) * epochs.batch();
    double bits = Scores.bits(means.bound() + means.correction(), feed.image().size());
    BoundScore score = new BoundScore(means.bound(), bits, means.terms(), means.importance());
    tell(DataPart.TRAIN, score, state(means.gradientNorm(), speed));
  }

  private OptimizationState state(double gradientNorm, double speed) {
    Progress last = epochs.progress(Math.max(0, step - 1));
    return new OptimizationState(
        job.experiment().objective().betaAt(last),
        training.rateAt(last),
        gradientNorm,
        skipped.count(),
        speed,
        clock.seconds());
  }

  private void tell(DataPart part, BoundScore score, OptimizationState state) {
    Point point = new Point(step, epochs.progress(step).epoch(), part, score, state);
    log.add(point);
    listener.measured(point, clock.secondsPerStep() * (steps() - step));
  }

  private void evaluate() {
    clock.stop();
    Scores scores = measures.scores();
    BoundScore score = new BoundScore(scores.bound(), scores.bitsPerDim(), scores.means());
    tell(DataPart.TEST, score, state(Double.NaN, clock.speed(step) * epochs.batch()));
    latest = Optional.of(scores);
    report(Report.Measured.NOTHING);
    clock.start();
  }

  private void save() {
    clock.stop();
    int[] shape = data.train().shape();
    Checkpoints.Position position =
        new Checkpoints.Position(
            step,
            epochs.epoch(step),
            epochs.cursor(step),
            skipped.count(),
            learner.means().steps(),
            learner.means().sums(),
            clock.seconds(),
            training.seed(),
            List.of((long) shape[0], (long) shape[1], (long) shape[2]));
    listener.saved(checkpoints.save(learner, position));
    clock.saved(step);
    clock.start();
  }

  /** The last word: active units, the importance bound if asked for, and the report with them. */
  private Scores finish() {
    DeviceMemory.peak(job.device()).ifPresent(listener::noted);
    int samples = job.experiment().evaluation().importanceSamples();
    Scores scores = latest.filter(s -> samples == 0).orElseGet(measures::finalScores);
    report(
        new Report.Measured(
            facts.importance(scores), measures.activeUnits(), scores.divergence(test)));
    return scores;
  }

  private void report(Report.Measured measured) {
    log.report(
        facts.summary(learner.weights().count(), measured),
        log.draw(measures.evaluator(), test, training.seed(), step),
        facts.reproduction());
  }

  @Override
  public void close() {
    log.close();
    folder.close();
    feed.close();
    learner.close();
    manager.close();
  }
}
