package io.varve.schedules;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * A straight line from one value to another, level before and after it.
 *
 * @param from the value up to {@code start}
 * @param to the value from the end of the line on
 * @param epochs the length of the line in epochs; either this or {@code steps}
 * @param steps the length of the line in optimiser steps
 * @param start where the line begins, in the unit of its length
 */
@Extension
@Named(
    value = "linear",
    examples = {"{from: 0, to: 1, epochs: 10}", "{from: 1e-3, to: 0, steps: 500, start: 100}"})
public record Linear(
    double from,
    double to,
    Optional<Double> epochs,
    Optional<Long> steps,
    @Default("0") double start)
    implements Schedule {
  public Linear {
    requireFinite("from", from);
    requireFinite("to", to);
    requireFinite("start", start);
    requireLength("a line", epochs, steps);
  }

  @Override
  public double at(Progress progress) {
    double share = share(progress, start, epochs, steps);
    return (1 - share) * from + share * to;
  }

  /** The part of a length that is done, from 0 to 1. */
  static double share(
      Progress progress, double start, Optional<Double> epochs, Optional<Long> steps) {
    double now = epochs.isPresent() ? progress.epoch() : progress.step();
    double length = epochs.orElseGet(() -> steps.orElseThrow().doubleValue());
    return Math.min(1, Math.max(0, (now - start) / length));
  }

  static void requireLength(String what, Optional<Double> epochs, Optional<Long> steps) {
    if (epochs.isPresent() == steps.isPresent()) {
      throw new IllegalArgumentException(
          "%s needs its length, either in 'epochs' or in 'steps', but has %s"
              .formatted(what, epochs.isPresent() ? "both" : "neither"));
    }
    double length = epochs.orElseGet(() -> steps.orElseThrow().doubleValue());
    if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "%s: expected more than 0, got %s"
              .formatted(epochs.isPresent() ? "epochs" : "steps", length));
    }
  }

  static void requireFinite(String key, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s: expected a finite number, got %s".formatted(key, value));
    }
  }
}
