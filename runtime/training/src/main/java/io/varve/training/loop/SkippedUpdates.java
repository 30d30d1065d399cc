package io.varve.training.loop;

import io.varve.report.metrics.Numbers;

/** Counts the updates that were left out, and says so once where no other was made. */
final class SkippedUpdates {
  private final Listener listener;
  private long count;
  private boolean warned;

  SkippedUpdates(Listener listener) {
    this.listener = listener;
  }

  /** Goes on from the count of a checkpoint. */
  void resume(long before) {
    count = before;
  }

  /** Adds those of the last steps. */
  void add(long skipped, int steps) {
    count += skipped;
    if (skipped == steps && !warned) {
      warned = true;
      listener.noted(
          "none of the last %s updates was made: their gradients are not finite or reach skip-norm"
              .formatted(Numbers.count(steps)));
    }
  }

  long count() {
    return count;
  }
}
