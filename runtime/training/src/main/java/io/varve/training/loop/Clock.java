package io.varve.training.loop;

/** Time spent training; evaluations, saves and pauses between runs do not count. */
final class Clock {
  private double before;
  private long started;
  private boolean running;
  private double lapped;
  private long lappedStep;
  private long savedStep;
  private double savedAt;
  private double perStep = Double.NaN;

  /** Goes on from what an earlier run spent. */
  void resume(double seconds, long step) {
    before = seconds;
    lapped = seconds;
    lappedStep = step;
    savedAt = seconds;
    savedStep = step;
  }

  /** Training begins, or goes on after a pause. */
  void start() {
    started = System.nanoTime();
    running = true;
  }

  /** Training pauses. */
  void stop() {
    before = seconds();
    running = false;
  }

  /** Seconds since the first step. */
  double seconds() {
    return running ? before + (System.nanoTime() - started) / 1e9 : before;
  }

  /** Steps per second since the last lap, or since the run was resumed; begins a new lap. */
  double lap(long step) {
    double now = seconds();
    perStep = (now - lapped) / (step - lappedStep);
    lapped = now;
    lappedStep = step;
    return 1 / perStep;
  }

  /** Steps per second in the lap under way, or in the last one when it has just ended; or NaN. */
  double speed(long step) {
    return step > lappedStep ? (step - lappedStep) / (seconds() - lapped) : 1 / perStep;
  }

  /** The time of a step in the last lap, NaN before the first has ended. */
  double secondsPerStep() {
    return perStep;
  }

  /** A checkpoint was saved after this step. */
  void saved(long step) {
    savedStep = step;
    savedAt = seconds();
  }

  long stepsSinceSaved(long step) {
    return step - savedStep;
  }

  double secondsSinceSaved() {
    return seconds() - savedAt;
  }
}
