package io.varve.app.check;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.varve.app.check.ChildCommand.Outcome;
import io.varve.app.option.Output;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model file that is trained, exported and run on a device.
 *
 * @param name of its file
 * @param data the type of its images, {@code idx} or {@code cifar10}
 * @param batch of its training steps
 * @param seconds how long each speed of its bundle is measured
 */
record CheckedModel(String name, String data, int batch, double seconds) {
  private static final double SECONDS = 3;

  /** The models of both papers that differ most in what they compute. */
  static final List<CheckedModel> ALL =
      List.of(
          new CheckedModel("sere-mlp", "idx", 256, SECONDS),
          new CheckedModel("vae-realnvp-cifar10", "cifar10", 32, SECONDS),
          new CheckedModel("selfvae-downscale-cifar10", "cifar10", 32, SECONDS),
          new CheckedModel("maf-10", "cifar10", 100, SECONDS),
          new CheckedModel("sere-maf", "cifar10", 64, SECONDS));

  private static final List<String> TRAINING =
      List.of(
          "train_images_per_second",
          "seconds_per_step",
          "processor_seconds_per_step",
          "peak_memory_mib",
          "card_memory_mib");

  private static final List<String> ROWS = List.of("1", "100");

  private static final int TINY_BATCH = 16;
  private static final double TINY_SECONDS = 0.1;

  /** What came of a model: figures by name, and what failed. */
  record Figures(Map<String, Object> values, Map<String, String> failures) {
    Figures() {
      this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** The device that something took, which must be the one that it was to take. */
    private void took(String what, String device, String wanted) {
      values.put(what, device);
      if (!device.equals(wanted)) {
        failures.put(what, "took " + device + ", expected " + wanted);
      }
    }

    private void copy(String figure, JsonObject found) {
      if (found.has(figure)) {
        values.put(figure, found.get(figure).getAsDouble());
      }
    }
  }

  /** The small form of the model, which differs in its sizes alone. */
  CheckedModel tiny() {
    return new CheckedModel("tiny-" + name, data, TINY_BATCH, TINY_SECONDS);
  }

  /** Writes the model file into a folder. */
  Path write(Path folder) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    try (InputStream yaml = CheckedModel.class.getResourceAsStream("/models/" + name + ".yaml")) {
      if (yaml == null) {
        throw new IllegalStateException("the model file " + name + ".yaml is not in this JAR");
      }
      Files.copy(yaml, file);
    }
    return file;
  }

  /**
   * Trains, exports, compares and draws, each in a process of its own. What needs a step that
   * failed is left out.
   *
   * @param folder for what is made, with the images in {@code idx} and {@code cifar10}
   * @param device {@code cpu} or {@code cuda:i}
   * @param steps how many to time
   * @param figures where the results go, one after the other
   */
  void measure(Path folder, String device, int steps, Figures figures) throws IOException {
    Path file = write(folder);
    Path images = folder.resolve(data);
    Path run = folder.resolve(name + "-run");
    Path bundle = folder.resolve(name + "-bundle");
    speed(figures, device, "bench", file, "--train", "--data", images, "--steps", steps);
    if (train(figures, device, "train", file, "--data", images, "--out", run).isEmpty()) {
      return;
    }
    compare(figures, run, device);
    if (run(figures, "export", ChildCommand.of("export", run, "--out", bundle)).isPresent()) {
      infer(figures, bundle, device);
    }
  }

  private void speed(Figures figures, String device, Object... command) {
    ChildCommand bench =
        ChildCommand.of(command).with("--device", device, "--set", "training.batch=" + batch);
    run(figures, "training", bench)
        .ifPresent(
            found -> {
              figures.took("training_device", found.get("device").getAsString(), device);
              for (String figure : TRAINING) {
                figures.copy(figure, found);
              }
            });
  }

  /** One step, and an evaluation. */
  private Optional<JsonObject> train(Figures figures, String device, Object... command) {
    List<String> keys =
        List.of(
            "training.batch=" + batch,
            "data.train-images=" + batch,
            "data.test-images=32",
            "training.epochs=1",
            "evaluation.importance-samples=1");
    ChildCommand train = ChildCommand.of(command).with("--device", device);
    for (String key : keys) {
      train = train.with("--set", key);
    }
    return run(figures, "run", train);
  }

  private void infer(Figures figures, Path bundle, String device) {
    run(figures, "parity", ChildCommand.of("parity", bundle, "--device", device, "--strict"))
        .ifPresent(found -> figures.copy("worst", found));
    ChildCommand bench =
        ChildCommand.of("bench", bundle, "--device", device)
            .with("--batches", String.join(",", ROWS))
            .with("--seconds", seconds);
    run(figures, "inference", bench)
        .ifPresent(
            found -> {
              figures.took("inference_device", found.get("inference_device").getAsString(), device);
              for (String graph : List.of("bound", "generate")) {
                JsonElement speeds = found.get(graph + "_images_per_second");
                for (String rows : speeds == null ? List.<String>of() : ROWS) {
                  double speed = speeds.getAsJsonObject().get(rows).getAsDouble();
                  double milliseconds = 1e3 * Integer.parseInt(rows) / speed;
                  figures.values().put(graph + "_" + rows + "_ms", milliseconds);
                }
              }
            });
  }

  /** The bound of the same weights, images and noise on the device and on the CPU. */
  private void compare(Figures figures, Path run, String device) {
    if (device.equals("cpu")) {
      return;
    }
    List<Double> bounds = new ArrayList<>();
    for (String each : List.of("cpu", device)) {
      run(figures, "evaluation on " + each, ChildCommand.of("evaluate", run, "--device", each))
          .ifPresent(found -> bounds.add(found.get("bound").getAsDouble()));
    }
    if (bounds.size() == 2) {
      double difference = Math.abs(bounds.get(0) - bounds.get(1)) / Math.abs(bounds.get(0));
      figures.values().put("bound_difference", difference);
    }
  }

  private Optional<JsonObject> run(Figures figures, String what, ChildCommand command) {
    Output.say("%s", command.line());
    Outcome outcome = command.run();
    outcome.complaint().ifPresent(line -> figures.failures().put(what, line));
    outcome.complaint().ifPresent(line -> Output.say("  failed: %s", line));
    return outcome.results();
  }
}
