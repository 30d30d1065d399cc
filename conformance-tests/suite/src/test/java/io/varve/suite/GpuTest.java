package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A card computes what a CPU does. It needs the distribution of {@code -Pcuda} and a card; {@code
 * -Dvarve.gpu.device=cpu} tries the tests themselves without.
 */
@Tag("gpu")
@EnabledOnOs(OS.LINUX)
final class GpuTest {
  private static final String DEVICE = System.getProperty("varve.gpu.device", "cuda");
  private static final int IMAGES = 64;

  /** That of the export: single precision over a few hundred terms of either sign. */
  private static final double RELATIVE = 1e-4;

  @TempDir Path folder;

  static List<Path> models() throws IOException {
    try (Stream<Path> files = Files.list(Cli.root().resolve("conformance-tests/models"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("tiny-.*\\.yaml"))
          .sorted()
          .toList();
    }
  }

  private JsonObject train(Path model, String device, String run) throws IOException {
    String text = Files.readString(model);
    String strokes = "data={type: strokes, count: 64, test-count: 32, size: 16, binarize: dynamic}";
    String[] data = {"--set", strokes};
    if (!text.contains("type: idx") && !text.contains("type: strokes")) {
      if (!text.contains("type: density")) {
        Noise.of(text, folder.resolve("data"), IMAGES);
      }
      data = new String[] {"--data", folder.resolve("data").toString()};
    }
    String[] command = {
      "train",
      model.toString(),
      "--device",
      device,
      "--out",
      run,
      "--json",
      "--set",
      "training.epochs=1",
      "--set",
      "evaluation.importance-samples=0"
    };
    return Cli.succeed(
            folder,
            Stream.of(command, text.contains("type: density") ? new String[0] : data)
                .flatMap(Stream::of)
                .toArray(String[]::new))
        .json();
  }

  /**
   * Training and evaluation in DJL, and every graph in ONNX Runtime with every node on the card.
   */
  @ParameterizedTest
  @MethodSource("models")
  void learnsMeasuresAndAgreesWithTheCpu(Path model) throws IOException {
    assertThat(train(model, DEVICE, "run").get("bound").getAsDouble()).isFinite();
    assertThat(Files.readString(folder.resolve("run/run.json")))
        .contains(DEVICE.equals("cpu") ? "\"cpu\"" : "\"cuda:0\"");
    double[] bounds = new double[2];
    for (int i = 0; i < 2; i++) {
      String device = i == 0 ? "cpu" : DEVICE;
      bounds[i] =
          Cli.succeed(folder, "evaluate", "run", "--device", device, "--json")
              .json()
              .get("bound")
              .getAsDouble();
    }
    assertThat(bounds[1]).isCloseTo(bounds[0], within(RELATIVE * Math.abs(bounds[0])));
    Cli.succeed(folder, "export", "run", "--out", "bundle");
    JsonObject parity =
        Cli.succeed(folder, "parity", "bundle", "--device", DEVICE, "--strict", "--json").json();
    assertThat(parity.get("device").getAsString()).startsWith(DEVICE);
    for (JsonElement error : parity.getAsJsonObject("errors").asMap().values()) {
      assertThat(error.getAsDouble()).isLessThanOrEqualTo(RELATIVE);
    }
  }

  /** A run that was stopped on one device goes on on another. */
  @Test
  void goesOnOnAnotherDevice() throws Exception {
    String model = Cli.root().resolve("conformance-tests/models/tiny-parts.yaml").toString();
    String[][] turns = {
      {"train", model, "--out", "run", "--device", DEVICE, "--set", "training.epochs=100000"},
      {"resume", "run", "--device", "cpu"},
      {"resume", "run", "--device", DEVICE}
    };
    long before = 0;
    for (String[] turn : turns) {
      Process process = Cli.start(folder, turn);
      Path metrics = folder.resolve("run/metrics.jsonl");
      long size = Files.exists(metrics) ? Files.size(metrics) : 0;
      while (process.isAlive() && (!Files.exists(metrics) || Files.size(metrics) <= size)) {
        Thread.sleep(50);
      }
      process.destroy();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      long steps = steps();
      assertThat(steps).isGreaterThan(before);
      before = steps;
    }
  }

  private long steps() throws IOException {
    try (Stream<Path> saved = Files.list(folder.resolve("run/checkpoints"))) {
      return saved
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("step-\\d+.*"))
          .mapToLong(name -> Long.parseLong(name.replaceFirst("^step-(\\d+).*", "$1")))
          .max()
          .orElse(0);
    }
  }

  /** More than any card has: one line that names the batch. */
  @Test
  void saysThatTheMemoryIsTooSmall() {
    assumeTrue(!DEVICE.equals("cpu"), "the system would end this process, too");
    String model = Cli.root().resolve("conformance-tests/models/vae-mlp-mnist.yaml").toString();
    Cli.Ended ended =
        Cli.run(
            folder,
            "train",
            model,
            "--out",
            "run",
            "--device",
            DEVICE,
            "--set",
            "data={type: strokes, count: 1024, test-count: 16}",
            "--set",
            "training.batch=1024",
            "--set",
            "objective={importance-samples: 200000}");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err().strip().lines().reduce((a, b) -> b).orElse(""))
        .contains("training.batch 1024", "memory", "smaller batch");
  }
}
