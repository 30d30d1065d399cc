package io.varve.app.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Point;
import io.varve.training.engine.DeviceMemory;
import io.varve.training.engine.Devices;
import io.varve.training.engine.OperatorProfile;
import io.varve.training.loop.Listener;
import io.varve.training.loop.Trainer;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Measures training steps in windows; the device is idle at the end of each. */
final class TrainingBench {
  private static final int WINDOW = 5;
  private static final int WARM_UP = 4;
  private static final double ENOUGH_SECONDS = 30; // of warm-up: then Java has compiled its part
  private static final int PROFILED = 4;
  private static final int LISTED = 10;
  private static final double LIMIT_SECONDS = 0.5;

  private final Catalog catalog;
  private final String device;
  private final int steps;

  /**
   * A bench.
   *
   * @param steps how many to time. Twice as many go before them as a warm-up, but at least {@value
   *     #WARM_UP} windows and then for no more than {@value #ENOUGH_SECONDS} seconds
   */
  TrainingBench(Catalog catalog, String device, int steps) {
    this.catalog = catalog;
    this.device = device;
    this.steps = steps;
  }

  /** Trains until enough steps are timed, into a folder that is not kept. */
  void measure(YamlText yaml, Path folder, Map<String, Object> results) {
    yaml.set("training.log-every=" + WINDOW)
        .set("training.epochs=1000000")
        .set("training.evaluate-every=1000000");
    TrainingJob job = TrainingJob.of(yaml, catalog, Devices.of(device), "varve bench");
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
      results.put(
          "processor_seconds_per_step", Stopwatch.median(windows.processorSeconds) / WINDOW);
      windows.peak.ifPresent(mib -> results.put("peak_memory_mib", mib));
      if (job.device().isGpu()) {
        results.put("card_memory_mib", DeviceMemory.of(job.device()).usedMib());
      } else {
        describe(windows.profile, results);
      }
    }
  }

  /** Adds the time of a step by operator; profiling itself makes steps somewhat slower. */
  private static void describe(OperatorProfile profile, Map<String, Object> results) {
    int profiled = PROFILED * WINDOW;
    results.put("native_share", profile.nativeSeconds() / profile.seconds());
    Map<String, Double> operators = new LinkedHashMap<>();
    double products = 0;
    for (OperatorProfile.Operator operator : profile.operators()) {
      if (operators.size() < LISTED) {
        operators.put(operator.name(), operator.milliseconds() / profiled);
      }
      if (List.of("mm", "addmm", "bmm", "baddbmm").contains(operator.name())) {
        products += operator.milliseconds() * 1e-3;
      }
    }
    results.put("operators_ms_per_step", operators);
    results.put("matrix_product_gflop_per_step", profile.matrixGflop() / profiled);
    if (products > 0) {
      results.put("matrix_product_gflop_per_second", profile.matrixGflop() / products);
    }
    results.put("matrix_product_limit_gflop_per_second", limit());
  }

  /** The speed of this machine's matrix product on square matrices that fit its caches. */
  private static double limit() {
    int side = 1024;
    try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
      NDArray left = manager.randomNormal(new Shape(side, side));
      NDArray right = manager.randomNormal(new Shape(side, side));
      double seconds = Stopwatch.median(() -> left.matMul(right).close(), LIMIT_SECONDS);
      return 2e-9 * side * side * side / seconds;
    }
  }

  /** Collects the speed of windows after the first few, then stops the training. */
  private static final class Windows implements Listener {
    private final int wanted;
    private final List<Double> speeds = new ArrayList<>();
    private final List<Double> processorSeconds = new ArrayList<>();
    private double processorTime = Stopwatch.processorSeconds();
    private final long begin = System.nanoTime();
    private int warm;
    private int profiling;
    private OperatorProfile.Recording recording;
    private OperatorProfile profile;
    private OptionalLong peak = OptionalLong.empty();

    Windows(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public void measured(Point point, double secondsLeft) {
      if (point.split() == DataPart.TEST) {
        return;
      }
      double now = Stopwatch.processorSeconds();
      if (speeds.isEmpty() && !isWarm()) {
        warm++;
      } else if (speeds.size() < wanted) {
        speeds.add(point.state().imagesPerSecond());
        processorSeconds.add(now - processorTime);
      } else if (profiling++ == 0) {
        peak = Stopwatch.peakMemory(); // before the profiler takes its own
        recording = OperatorProfile.begin();
      } else if (profiling > PROFILED) {
        profile = recording.end();
        throw new Enough();
      }
      processorTime = now;
    }

    private boolean isWarm() {
      double seconds = (System.nanoTime() - begin) * 1e-9;
      return warm >= WARM_UP && (warm >= 2 * wanted || seconds >= ENOUGH_SECONDS);
    }
  }

  /** Ends a training that has been timed. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super("timed enough", null, false, false);
    }
  }
}
