package io.varve.training.optimizer;

import io.varve.model.binder.YamlForm;
import io.varve.model.guard.Schedules;
import io.varve.spi.Default;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a model is trained: the key {@code training} of a model file.
 *
 * @param epochs passes over the training images
 * @param batch images per step
 * @param optimizer how a gradient moves the weights
 * @param rate the learning rate over training
 * @param l2 lambda of a penalty lambda * sum of squares of kernels and biases, as Keras has it
 * @param clipNorm the gradient, without that of the penalty, is scaled down to this global norm
 *     where it is larger
 * @param skipNorm an update whose gradient's norm reaches this is left out; one that is not finite
 *     always is
 * @param ema decay of a running average of the weights, which evaluation and export then use; in
 *     the first steps it forgets faster, as (1 + step) / (10 + step)
 * @param seed of the initial weights, the order of the images, the noise and the evaluation
 * @param evaluateEvery epochs between evaluations on the test images; the last epoch is always
 *     followed by one
 * @param checkpointEvery how often the state is saved: after so many steps, {@code 500}, or so much
 *     time, {@code 300s}; at the end it always is
 * @param logEvery steps between two lines of metrics
 */
public record Training(
    int epochs,
    int batch,
    @Default("adam") Optimizer optimizer,
    @Default("{type: constant, value: 1e-3}") Schedule rate,
    @Default("0") double l2,
    Optional<Double> clipNorm,
    Optional<Double> skipNorm,
    Optional<Double> ema,
    @Default("1") long seed,
    @Default("1") int evaluateEvery,
    @Default("300s") Every checkpointEvery,
    @Default("50") int logEvery) {

  /** An optimiser that divides by the gradient's size moves a weight by about this each step. */
  private static final double FASTEST = 1;

  /** Checks the keys. */
  public Training {
    rateAt(rate, new Progress(0, 0));
    positive("epochs", epochs);
    positive("batch", batch);
    positive("evaluate-every", evaluateEvery);
    positive("log-every", logEvery);
    if (!(l2 >= 0)) {
      throw new IllegalArgumentException("'l2' must be at least 0, not " + l2);
    }
    above("clip-norm", clipNorm);
    above("skip-norm", skipNorm);
    ema.filter(decay -> !(decay > 0 && decay < 1))
        .ifPresent(
            decay -> {
              throw new IllegalArgumentException("'ema' must lie in (0, 1), not " + decay);
            });
  }

  /**
   * The learning rate at one point of training.
   *
   * @throws IllegalArgumentException if the schedule gives a number that is no learning rate
   */
  public double rateAt(Progress progress) {
    return rateAt(rate, progress);
  }

  private static double rateAt(Schedule rate, Progress progress) {
    return Schedules.at("rate", rate, progress, FASTEST);
  }

  /**
   * How often something is done.
   *
   * @param amount so many steps or so many seconds
   * @param timed whether it is seconds
   */
  public record Every(double amount, boolean timed) {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(s?)");

    /** Reads {@code 500}, steps, or {@code 300s}. */
    @YamlForm
    public static Every of(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException(
            "must be steps, such as 500, or seconds, such as 300s, not '%s'".formatted(text));
      }
      return new Every(Double.parseDouble(form.group(1)), !form.group(2).isEmpty());
    }

    /** Whether it is time, so long after it was done last. */
    public boolean due(long stepsSince, double secondsSince) {
      return (timed ? secondsSince : stepsSince) >= amount;
    }
  }

  private static void positive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("'" + key + "' must be at least 1, not " + value);
    }
  }

  private static void above(String key, Optional<Double> value) {
    value
        .filter(v -> !(v > 0))
        .ifPresent(
            v -> {
              throw new IllegalArgumentException("'" + key + "' must be above 0, not " + v);
            });
  }
}
