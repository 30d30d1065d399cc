package io.varve.training;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Model;
import io.varve.spi.Progress;
import io.varve.training.data.Feed;
import io.varve.training.data.Order;
import io.varve.training.data.Splits;
import io.varve.training.report.Effort;
import io.varve.training.report.Point;
import io.varve.training.report.Report;
import io.varve.training.report.Score;
import io.varve.training.report.Split;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a model into a {@link RunFolder}, from its start or from its newest checkpoint.
 *
 * <p>What a step does depends on the model file and the step's number alone, so a run that was
 * killed and resumed ends with the weights of one that was not: bit for bit on the CPU.
 */
public final class Trainer implements AutoCloseable {
  /** Data of up to this size lie on the device as a whole. */
  private static final long RESIDENT_BYTES = 2L << 30;

  private final Job job;
  private final Training training;
  private final RunFolder folder;
  private final Listener listener;
  private final NDManager manager;
  private final Splits data;
  private final io.varve.training.data.Split test;
  private final Feed feed;
  private final Learner learner;
  private final Evaluator evaluator;
  private final Checkpoints checkpoints;
  private final Journal journal;
  private final Clock clock = new Clock();
  private final int batch;
  private final int perEpoch;
  private long step;
  private long skipped;
  private Optional<Scores> latest = Optional.empty();

  /** Fields are final, so what the constructor opened is closed here should it fail. */
  private Trainer(Job job, RunFolder folder, Listener listener) {
    this.job = job;
    this.training = job.experiment().training();
    this.folder = folder;
    this.listener = listener;
    this.data = job.experiment().data().open();
    this.test = Limited.to(data.test(), job.experiment().evaluation().images());
    int[] shape = data.train().shape();
    Model model = job.experiment().build(new Shape(shape[0], shape[1], shape[2]));
    this.checkpoints = new Checkpoints(RunFolder.checkpoints(folder.path()), job.yaml());
    this.manager = NDManager.newBaseManager(job.device(), "PyTorch");
    try {
      this.learner = new Learner(job.experiment(), model, manager);
      this.evaluator =
          new Evaluator(
              model, job.experiment().data().encoding(), learner.weights(), learner.best());
      this.feed = new Feed(manager, data.train(), RESIDENT_BYTES);
      this.batch = Math.min(training.batch(), feed.size());
      this.perEpoch = feed.size() / batch;
      restore(checkpoints.newest(listener::noted));
      this.journal = Journal.open(folder.path(), step);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Makes ready to train from the start, or from the newest checkpoint where there is one.
   *
   * @throws IllegalArgumentException one line: data, model or checkpoints that cannot be used
   */
  public static Trainer open(Job job, RunFolder folder, Listener listener) {
    return new Trainer(job, folder, listener);
  }

  private void restore(Optional<Checkpoints.Saved> newest) {
    newest.ifPresent(
        saved -> {
          Checkpoints.Position at = saved.position();
          Tensors.read(saved.tensors(), saved.file(), learner);
          learner.tally().resume(at.tally(), at.tallied());
          step = at.step();
          skipped = at.skipped();
          clock.resume(at.seconds(), step);
        });
  }

  /** Optimiser steps in all. */
  public long steps() {
    return (long) perEpoch * training.epochs();
  }

  /**
   * Trains to the end.
   *
   * @return what the test images say of the final weights
   */
  public Scores run() {
    describe();
    listener.started(step, steps());
    clock.start();
    while (step < steps()) {
      epoch();
    }
    clock.stop();
    return finish();
  }

  /**
   * The rest of the epoch that the next step is in; images that fill no batch wait for the next.
   */
  private void epoch() {
    int[] order = Order.of(feed.size(), training.seed(), step / perEpoch);
    int cursor = (int) (step % perEpoch) * batch;
    try (Feed.Epoch batches = feed.epoch(Arrays.copyOf(order, perEpoch * batch), cursor, batch)) {
      while (batches.hasNext()) {
        learner.step(batches::next, progress(step));
        step++;
        listener.stepped(step);
        if (step % training.logEvery() == 0 || step == steps()) {
          log();
        }
        boolean ended = step % perEpoch == 0;
        if (ended && (step / perEpoch % training.evaluateEvery() == 0 || step == steps())) {
          evaluate();
        }
        Training.Every every = Training.Every.of(training.checkpointEvery());
        if (step == steps() || every.due(clock.stepsSinceSaved(step), clock.secondsSinceSaved())) {
          save();
        }
      }
    }
  }

  private Progress progress(long at) {
    return new Progress(at, (double) at / perEpoch);
  }

  private void log() {
    Tally.Means means = learner.tally().take();
    skipped += means.skipped();
    double speed = clock.lap(step) * batch;
    long dimensions = feed.image().size();
    Score score =
        new Score(
            means.bound(),
            Scores.bits(means.bound() + means.correction(), dimensions),
            means.terms());
    tell(new Point(step, (double) step / perEpoch, Split.TRAIN, score, effort(means, speed)));
  }

  private Effort effort(Tally.Means means, double speed) {
    Progress last = progress(Math.max(0, step - 1));
    return new Effort(
        job.experiment().objective().beta().at(last),
        training.rate().at(last),
        means.gradientNorm(),
        skipped,
        speed,
        clock.seconds());
  }

  private void tell(Point point) {
    journal.add(point);
    listener.measured(point, clock.secondsPerStep() * (steps() - step));
  }

  private void evaluate() {
    clock.stop();
    Scores scores = scores(0);
    Score score = new Score(scores.bound(), scores.bitsPerDim(), scores.means());
    Progress last = progress(step - 1);
    Effort effort =
        new Effort(
            job.experiment().objective().beta().at(last),
            training.rate().at(last),
            Double.NaN,
            skipped,
            scores.imagesPerSecond(),
            clock.seconds());
    tell(new Point(step, (double) step / perEpoch, Split.TEST, score, effort));
    latest = Optional.of(scores);
    report(Optional.empty());
    clock.start();
  }

  private Scores scores(int samples) {
    Experiment.Evaluation evaluation = job.experiment().evaluation();
    return evaluator.evaluate(
        test, new Evaluator.Plan(samples, evaluation.batch(), training.seed()));
  }

  private void save() {
    clock.stop();
    int[] shape = data.train().shape();
    Checkpoints.Position position =
        new Checkpoints.Position(
            step,
            step / perEpoch,
            step % perEpoch * batch,
            skipped,
            learner.tally().steps(),
            learner.tally().sums(),
            clock.seconds(),
            training.seed(),
            List.of((long) shape[0], (long) shape[1], (long) shape[2]));
    listener.saved(checkpoints.save(learner, position));
    clock.saved(step);
    clock.start();
  }

  /** The last word: the importance bound if asked for, and the report with it. */
  private Scores finish() {
    int samples = job.experiment().evaluation().importanceSamples();
    Scores scores = latest.filter(s -> samples == 0).orElseGet(() -> scores(samples));
    report(scores.importance());
    return scores;
  }

  private void report(Optional<Scores.Importance> importance) {
    Report.Summary summary =
        new Report.Summary(
            "%,d training and %,d test images, %s"
                .formatted(data.train().size(), test.size(), feed.image()),
            Devices.name(manager.getDevice()),
            learner.weights().count(),
            importance.map(i -> new Report.Importance(i.mean(), i.samples(), note())));
    journal.report(
        job.experiment().name(),
        summary,
        journal.draw(evaluator, test, training.seed(), step),
        new Report.Origin(job.yaml(), job.command(), Surroundings.describe(manager)));
  }

  /** A model with derived variables bounds the density of x together with them. */
  private String note() {
    List<String> derived = learner.derived();
    return derived.isEmpty()
        ? ""
        : "A bound of log p(x, " + String.join(", ", derived) + "), which is at most log p(x)";
  }

  private void describe() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", job.experiment().name());
    facts.put("command", job.command());
    facts.put("seed", training.seed());
    facts.put("steps", steps());
    facts.put("batch", batch);
    facts.put("train_images", data.train().size());
    facts.put("test_images", data.test().size());
    facts.put("image", data.train().shape());
    facts.put("parameters", learner.weights().count());
    facts.put("environment", Surroundings.describe(manager));
    folder.describe(facts);
  }

  @Override
  public void close() {
    journal.close();
    feed.close();
    learner.close();
    manager.close();
  }
}
