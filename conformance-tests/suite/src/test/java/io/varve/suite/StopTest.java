package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that is asked to end does so within seconds, with the exit code of its signal, and
 * loses nothing: it saves what it has trained, although no checkpoint was due.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
final class StopTest {
  private static final String CLOCKS = "\"(images_per_second|seconds)\":[^,]*,";

  /** No checkpoint is due before the end, and an evaluation takes as long as a few steps. */
  private static final String MODEL =
      """
      name: stopped
      data: {type: strokes, count: 512, test-count: 512, size: 20, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [16]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [256, 256], dropout: 0.1}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [256, 256]}}
      training: {epochs: %d, batch: 64, ema: 0.99, clip-norm: 5, log-every: 3, seed: 11}
      evaluation: {batch: 32, keep-pictures: 2}
      """;

  @TempDir Path folder;

  @Test
  void resumesBitForBitAfterThreeSignals() throws Exception {
    stopAndCompare(List.of("TERM", "INT", "HUP"), 1, 12);
  }

  @Test
  @Tag("slow")
  void resumesBitForBitAfterFiftySignals() throws Exception {
    stopAndCompare(Stream.generate(() -> "TERM").limit(50).toList(), 2, 12);
  }

  private void stopAndCompare(List<String> signals, long seed, int epochs) throws Exception {
    Files.writeString(folder.resolve("m.yaml"), MODEL.formatted(epochs));
    long start = System.nanoTime();
    Cli.succeed(folder, "train", "m.yaml", "--out", "whole");
    int millis = (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Random random = new Random(seed);
    int saved = 0;
    int runs = 0;
    boolean fresh = true;
    for (String signal : signals) {
      runs += fresh ? 1 : 0;
      String run = "stopped" + runs;
      Process process =
          fresh
              ? Cli.start(folder, "train", "m.yaml", "--out", run)
              : Cli.start(folder, "resume", run);
      boolean ended = process.waitFor(1 + random.nextInt(millis), TimeUnit.MILLISECONDS);
      assertThat(new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor())
          .isEqualTo(ended ? 1 : 0);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      int code = process.exitValue();
      assertThat(code).isIn(0, 128 + number(signal));
      if (Files.exists(folder.resolve(run).resolve("metrics.jsonl"))) {
        assertThat(savedStep(run)).isGreaterThanOrEqualTo(lastStep(run));
        saved += code != 0 && lastStep(run) > 0 ? 1 : 0;
      }
      fresh = code == 0 || !Files.exists(folder.resolve(run).resolve("model.yaml"));
    }
    System.out.printf("%d signals, %d of them while training%n", signals.size(), saved);
    for (int i = 1; i <= runs; i++) {
      String run = "stopped" + i;
      if (Files.exists(folder.resolve(run).resolve("model.yaml"))) {
        Cli.succeed(folder, "resume", run);
        assertThat(weights(run)).isEqualTo(weights("whole"));
        assertThat(metrics(run)).isEqualTo(metrics("whole"));
      }
    }
  }

  private static int number(String signal) {
    return List.of("", "HUP", "INT").contains(signal) ? signal.equals("HUP") ? 1 : 2 : 15;
  }

  /** The step of the newest checkpoint; 0 if there is none. */
  private long savedStep(String run) throws IOException {
    Path checkpoints = folder.resolve(run).resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
          .max()
          .orElse(0);
    }
  }

  private long lastStep(String run) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"));
    return lines.isEmpty()
        ? 0
        : JsonParser.parseString(lines.get(lines.size() - 1))
            .getAsJsonObject()
            .get("step")
            .getAsLong();
  }

  private List<String> metrics(String run) throws IOException {
    try (Stream<String> lines = Files.lines(folder.resolve(run).resolve("metrics.jsonl"))) {
      return lines.map(line -> line.replaceAll(CLOCKS, "")).toList();
    }
  }

  private byte[] weights(String run) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(run).resolve("checkpoints"))) {
      return Files.readAllBytes(
          files
              .filter(file -> file.toString().endsWith(".safetensors"))
              .max(Comparator.naturalOrder())
              .orElseThrow());
    }
  }
}
