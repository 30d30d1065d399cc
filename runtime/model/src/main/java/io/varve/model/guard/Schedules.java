package io.varve.model.guard;

import io.varve.spi.Progress;
import io.varve.spi.Schedule;

/** Asks schedules for numbers that change over training, and checks their answers. */
public final class Schedules {
  private Schedules() {}

  /**
   * The value of a schedule at one point of training.
   *
   * @param key the YAML key that names the schedule, for messages
   * @param most the largest value that makes sense; the smallest is 0
   * @throws IllegalArgumentException one line: the key, the schedule, its value and the range
   */
  public static double at(String key, Schedule schedule, Progress progress, double most) {
    Guard guard = new Guard("'" + key + "'", schedule);
    double value = guard.built("at", () -> schedule.at(progress));
    if (!Double.isFinite(value)) {
      throw guard.fault("at " + progress + " it is " + value + ", expected a finite number", null);
    }
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          "'%s' must %s, but %s gives %s at step %d, epoch %s"
              .formatted(
                  key,
                  most == Double.MAX_VALUE ? "be at least 0" : "lie in [0, " + most + "]",
                  schedule,
                  value,
                  progress.step(),
                  progress.epoch()));
    }
    return value;
  }
}
