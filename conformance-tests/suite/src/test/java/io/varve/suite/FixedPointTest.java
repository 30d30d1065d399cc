package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.varve.suite.Cli.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Draws from an autoregressive flow whose iteration is told to stop far too early. */
final class FixedPointTest {
  private static final String MODEL =
      """
      name: hasty
      data: {type: strokes, count: 64, test-count: 16, size: 8, dequantize: true, logit: 0.05}
      model:
        type: graph
        nodes:
          - observed: x
            p: {type: normal, flow: [{bijector: &m {type: maf, hidden: [16], tolerance: 0.2}}, {bijector: *m}]}
      training: {epochs: 2, batch: 16, rate: {type: constant, value: 1e-2}, seed: 1}
      """;

  /** Two flows of 64 values; a round more gives the residual. */
  private static final long EVERY_PASS = 2 * (64 + 1);

  private static final double RESIDUAL = 1e-5;

  @TempDir static Path folder;

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(folder.resolve("hasty.yaml"), MODEL);
    Cli.succeedHere(folder, "train", "./hasty.yaml", "--out", "./run");
    Cli.succeedHere(
        folder, "export", "./run", "--out", "./bundle", "--graphs", "generate,exact generate");
  }

  @Test
  void warnsInOneLineAndAuditsOverTheSameWeights() throws IOException {
    Ended hasty = Cli.succeedHere(folder, "generate", "./bundle", "--out", "./some.png", "--json");
    assertThat(hasty.json().get("residual").getAsDouble()).isGreaterThan(RESIDUAL);
    assertThat(hasty.json().get("passes").getAsLong()).isLessThan(EVERY_PASS / 4);
    assertThat(hasty.err().lines().filter(line -> line.startsWith("warning: "))).hasSize(1);
    assertThat(hasty.err()).contains("generate.onnx", "of 64 rows", "1e-05", "--exact");

    JsonObject both =
        Cli.succeedHere(folder, "bench", "./bundle", "--exact", "-n", "4", "--json").json();
    JsonObject exact = both.getAsJsonObject("exact_generate");
    assertThat(exact.get("residual").getAsDouble()).isZero();
    assertThat(exact.get("passes").getAsLong()).isEqualTo(EVERY_PASS);
    assertThat(both.get("difference").getAsDouble()).isGreaterThan(0);
    try (var files = Files.list(folder.resolve("bundle"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "manifest.json",
              "weights.safetensors",
              "parity.safetensors",
              "generate.onnx",
              "exact-generate.onnx");
    }
  }
}
