package io.varve.app;

import io.varve.model.Catalog;
import io.varve.model.YamlText;
import io.varve.training.Devices;
import io.varve.training.Job;
import io.varve.training.Listener;
import io.varve.training.Trainer;
import io.varve.training.report.Point;
import io.varve.training.report.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Times training steps in windows, each of which ends with the device idle. */
final class TrainingBench {
  private static final int WINDOW = 5;
  private static final int WARM_UP = 4;

  private final Catalog catalog;
  private final String device;
  private final int steps;

  /**
   * A bench.
   *
   * @param steps to time, after {@value #WARM_UP} windows of {@value #WINDOW} that are not
   */
  TrainingBench(Catalog catalog, String device, int steps) {
    this.catalog = catalog;
    this.device = device;
    this.steps = steps;
  }

  /** Trains until enough steps are timed, into a folder to throw away. */
  void measure(YamlText yaml, Path folder, Map<String, Object> results) {
    yaml.set("training.log-every=" + WINDOW)
        .set("training.epochs=1000000")
        .set("training.evaluate-every=1000000");
    Job job = Job.of(yaml, catalog, Devices.of(device), "varve bench");
    Windows windows = new Windows(Math.max(1, steps / WINDOW));
    try (Trainer trainer = Trainer.start(job, folder, windows)) {
      trainer.run();
      throw new IllegalStateException("the bench ended before it had its steps");
    } catch (Enough e) {
      double speed = Stopwatch.median(windows.speeds);
      results.put("device", Devices.name(job.device()));
      results.put("batch", job.experiment().training().batch());
      results.put("timed_steps", windows.speeds.size() * WINDOW);
      results.put("train_images_per_second", speed);
      results.put("seconds_per_step", job.experiment().training().batch() / speed);
    }
  }

  /** Collects the speed of windows after the first few, then stops the training. */
  private static final class Windows implements Listener {
    private final int wanted;
    private final List<Double> speeds = new ArrayList<>();
    private int seen;

    Windows(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public void measured(Point point, double secondsLeft) {
      if (point.split() == Split.TRAIN && seen++ >= WARM_UP) {
        speeds.add(point.effort().imagesPerSecond());
        if (speeds.size() >= wanted) {
          throw new Enough();
        }
      }
    }
  }

  /** Unwinds a training that has been timed. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("timed enough", null, false, false);
    }
  }
}
