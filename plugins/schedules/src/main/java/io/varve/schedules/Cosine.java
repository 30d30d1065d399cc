package io.varve.schedules;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * Half a cosine from one value to another, slow at both ends, level before and after (Loshchilov
 * &amp; Hutter, 2017, equation 5, without restarts).
 *
 * @param from the value up to {@code start}
 * @param to the value from the end on
 * @param epochs the length in epochs; either this or {@code steps}
 * @param steps the length in optimiser steps
 * @param start where it begins, in the unit of its length
 */
@Extension
@Named(
    value = "cosine",
    examples = {"{from: 1e-3, to: 0, epochs: 10}", "{from: 0, to: 1, steps: 500, start: 100}"})
public record Cosine(
    double from,
    double to,
    Optional<Double> epochs,
    Optional<Long> steps,
    @Default("0") double start)
    implements Schedule {
  public Cosine {
    Linear.requireFinite("from", from);
    Linear.requireFinite("to", to);
    Linear.requireFinite("start", start);
    Linear.requireLength("a cosine", epochs, steps);
  }

  @Override
  public double at(Progress progress) {
    double share = Linear.share(progress, start, epochs, steps);
    double weight = (1 - Math.cos(Math.PI * share)) / 2;
    return (1 - weight) * from + weight * to;
  }
}
