package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.inference.file.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run killed at any instant goes on as if nothing had happened. */
final class KillTest {
  /** Saves after every second step, so that many kills fall inside a save. */
  private static final String MODEL =
      """
      name: killed
      data: {type: strokes, count: 512, test-count: 32, size: 20, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [16]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [256, 256], dropout: 0.1}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [256, 256]}}
      objective: {beta: {type: linear, from: 0, to: 1, epochs: 4}}
      training: {epochs: %d, batch: 64, optimizer: adam, ema: 0.99, clip-norm: 5, checkpoint-every: 2, seed: 11}
      """;

  @TempDir Path folder;

  @Test
  void resumesBitForBitAfterThreeKills() throws Exception {
    killAndCompare(3, 1, 12);
  }

  @Test
  @Tag("slow")
  void resumesBitForBitAfterTwentyKills() throws Exception {
    killAndCompare(20, 2, 40);
  }

  /** A kill comes at most 150 ms after a save: enough epochs that all come before the end. */
  private void killAndCompare(int kills, long seed, int epochs) throws Exception {
    Files.writeString(folder.resolve("m.yaml"), MODEL.formatted(epochs));
    Cli.succeed(folder, "train", "m.yaml", "--out", "whole");
    Random random = new Random(seed);
    int insideSave = 0;
    for (int kill = 0; kill < kills; kill++) {
      String[] command =
          Files.isDirectory(folder.resolve("killed/checkpoints"))
              ? new String[] {"resume", "killed"}
              : new String[] {"train", "m.yaml", "--out", "killed"};
      Process process = Cli.start(folder, command);
      awaitCheckpoint(process);
      boolean ended = process.waitFor(random.nextInt(150), TimeUnit.MILLISECONDS);
      if (ended) {
        break;
      }
      process.destroyForcibly().waitFor();
      insideSave += halfWritten() ? 1 : 0;
    }
    Cli.succeed(folder, "resume", "killed");
    System.out.printf("%d kills, %d left a half-written file behind%n", kills, insideSave);
    assertThat(weights("killed")).isEqualTo(weights("whole"));
    List<String> metrics = Files.readAllLines(folder.resolve("killed/metrics.jsonl"));
    assertThat(metrics).hasSameSizeAs(Files.readAllLines(folder.resolve("whole/metrics.jsonl")));
  }

  /** Waits until a process has saved something of its own. */
  private void awaitCheckpoint(Process process) throws Exception {
    String before = checkpoints();
    while (process.isAlive() && checkpoints().equals(before)) {
      Thread.sleep(2);
    }
  }

  private String checkpoints() throws IOException {
    Path saved = folder.resolve("killed/checkpoints");
    if (!Files.isDirectory(saved)) {
      return "";
    }
    try (Stream<Path> files = Files.list(saved)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList().toString();
    }
  }

  private boolean halfWritten() throws IOException {
    return checkpoints().contains(".tmp");
  }

  private byte[] weights(String run) throws IOException {
    Path saved = folder.resolve(run).resolve("checkpoints");
    try (Stream<Path> files = Files.list(saved)) {
      Path newest =
          files
              .filter(f -> f.toString().endsWith(".safetensors"))
              .sorted()
              .reduce((a, b) -> b)
              .orElseThrow();
      Safetensors.open(newest).requireFinite();
      return Files.readAllBytes(newest);
    }
  }
}
