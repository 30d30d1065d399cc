package io.varve.schedules;

import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * Schedules one after another. Each sees steps and epochs from the beginning of its own phase.
 *
 * @param phases in order, at least one; the last goes on to the end of training
 */
@Extension
@Named(
    value = "phases",
    examples = {
      "{phases: [{epochs: 3, value: {type: constant, value: 0}}, {value: {type: geometric, levels: 8}}]}",
      "{phases: [{steps: 50, value: {type: linear, from: 0, to: 1, steps: 50}}, {epochs: 2, value: {type: cosine, from: 1, to: 0, epochs: 2}}, {epochs: 1, value: {type: constant, value: 0}}]}"
    })
public record Phases(List<Phase> phases) implements Schedule {

  public Phases {
    phases = List.copyOf(phases);
    if (phases.isEmpty()) {
      throw new IllegalArgumentException("phases: expected at least one, got none");
    }
    for (Phase phase : phases.subList(0, phases.size() - 1)) {
      Linear.requireLength("every phase but the last", phase.epochs(), phase.steps());
    }
  }

  /**
   * One of the schedules, and for how long.
   *
   * @param epochs its length in epochs; either this or {@code steps}, the last phase needs neither
   * @param steps its length in optimiser steps
   * @param value what holds during it
   */
  public record Phase(Optional<Double> epochs, Optional<Long> steps, Schedule value) {
    public Phase {
      if (epochs.isPresent() || steps.isPresent()) {
        Linear.requireLength("a phase", epochs, steps);
      }
    }

    private boolean holds(Progress now, Progress begin) {
      return epochs
          .map(length -> now.epoch() < begin.epoch() + length)
          .orElseGet(() -> now.step() - begin.step() < steps.orElseThrow());
    }

    /** Where the next phase begins: to the nearest step, where this one's length is in epochs. */
    private Progress end(Progress begin, double stepsPerEpoch) {
      if (epochs.isPresent()) {
        double end = begin.epoch() + epochs.get();
        return new Progress(Math.round(end * stepsPerEpoch), end);
      }
      long end = begin.step() + steps.orElseThrow();
      return new Progress(end, end / stepsPerEpoch);
    }
  }

  @Override
  public double at(Progress now) {
    double stepsPerEpoch = now.step() / now.epoch();
    Progress begin = new Progress(0, 0);
    int i = 0;
    while (i < phases.size() - 1 && !phases.get(i).holds(now, begin)) {
      begin = phases.get(i).end(begin, stepsPerEpoch);
      i++;
    }
    double epoch = Math.max(0, now.epoch() - begin.epoch()); // rounding may lead below
    Progress own = new Progress(Math.max(0, now.step() - begin.step()), epoch);
    return phases.get(i).value().at(own);
  }
}
