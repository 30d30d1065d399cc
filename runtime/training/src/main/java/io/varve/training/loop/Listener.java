package io.varve.training.loop;

import io.varve.report.metrics.Point;
import java.nio.file.Path;

/** Hears how training goes. It is called by the thread that trains, so it must answer quickly. */
public interface Listener {
  /** Hears nothing. */
  Listener SILENT = new Listener() {};

  /**
   * Training starts or goes on.
   *
   * @param step optimiser steps done before
   * @param steps optimiser steps in all
   */
  default void started(long step, long steps) {}

  /** A step is done; {@code step} counts it. */
  default void stepped(long step) {}

  /**
   * Numbers were measured: over the steps since the last time, or on the test images.
   *
   * @param secondsLeft how long the remaining steps take at the present speed, NaN where it is not
   *     known yet
   */
  default void measured(Point point, double secondsLeft) {}

  /** A checkpoint lies on disk. */
  default void saved(Path checkpoint) {}

  /**
   * Whether training is to stop now. Asked after every step and, while the model is measured, after
   * every batch.
   */
  default boolean isStopAsked() {
    return false;
  }

  /** Something a user should know that stops nothing, one line. */
  default void noted(String line) {}
}
