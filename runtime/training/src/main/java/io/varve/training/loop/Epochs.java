package io.varve.training.loop;

import io.varve.spi.Progress;
import io.varve.training.data.set.Order;
import io.varve.training.optimizer.Training;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * How the steps of a training divide into epochs. Images that fill no batch at the end of an epoch
 * are left out of it; the next epoch has another order.
 *
 * @param images of the training data
 * @param batch images of a step
 * @param steps of the whole training
 * @param seed of the order
 */
record Epochs(int images, int batch, long steps, long seed) {
  /** How often, evenly over the whole run, schedules are looked at before it starts. */
  private static final int LOOKS = 1000;

  static Epochs of(int images, Training training) {
    int batch = Math.min(training.batch(), images);
    long steps = (long) (images / batch) * training.epochs();
    return new Epochs(images, batch, steps, training.seed());
  }

  /** The steps of one epoch. */
  int length() {
    return images / batch;
  }

  Progress progress(long step) {
    return new Progress(step, (double) step / length());
  }

  /** Looks ahead at a schedule, evenly over the whole training: better now than in its middle. */
  void look(Consumer<Progress> schedule) {
    for (int i = 0; i <= LOOKS; i++) {
      schedule.accept(progress(steps * i / LOOKS));
    }
  }

  /** Whether an evaluation every so many epochs, and one at the end, is due after this step. */
  boolean evaluates(long step, int every) {
    return step > 0 && step % length() == 0 && (epoch(step) % every == 0 || step == steps);
  }

  /** The epoch that the next step is in. */
  long epoch(long step) {
    return step / length();
  }

  /** Images of that epoch that were seen in earlier steps. */
  int cursor(long step) {
    return (int) (step % length()) * batch;
  }

  /** The images of that epoch, in their order. */
  int[] order(long step) {
    return Arrays.copyOf(Order.of(images, seed, epoch(step)), length() * batch);
  }
}
