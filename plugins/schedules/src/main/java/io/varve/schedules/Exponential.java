package io.varve.schedules;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * From one value to another by the same factor a step, level before and after. A rate times
 * 0.999999 at every step from 2e-3 down to 1e-4, as in the program of Gatopoulos &amp; Tomczak
 * (2021), gets there in log(1/20) / log(0.999999) = 2,995,731 steps.
 *
 * @param from the value up to {@code start}, above 0
 * @param to the value from the end on, above 0
 * @param epochs the length in epochs; either this or {@code steps}
 * @param steps the length in optimiser steps
 * @param start where it begins, in the unit of its length
 */
@Extension
@Named(
    value = "exponential",
    examples = {
      "{from: 2e-3, to: 1e-4, steps: 2995731}",
      "{from: 1e-4, to: 1e-2, epochs: 1, start: 2}"
    })
public record Exponential(
    double from,
    double to,
    Optional<Double> epochs,
    Optional<Long> steps,
    @Default("0") double start)
    implements Schedule {
  public Exponential {
    requireAboveZero("from", from);
    requireAboveZero("to", to);
    Linear.requireFinite("start", start);
    Linear.requireLength("an exponential", epochs, steps);
  }

  @Override
  public double at(Progress progress) {
    double share = Linear.share(progress, start, epochs, steps);
    return Math.pow(from, 1 - share) * Math.pow(to, share);
  }

  private static void requireAboveZero(String key, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("%s: expected more than 0, got %s".formatted(key, value));
    }
  }
}
