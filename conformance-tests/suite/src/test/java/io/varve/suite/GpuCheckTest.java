package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code varve gpu-check} on the CPU, so that it works when somebody has a card. */
final class GpuCheckTest {
  @TempDir Path folder;

  @Test
  void measuresASmallModel() throws IOException {
    check("--models", "sere-mlp");
  }

  @Test
  @Tag("slow")
  void measuresAllSmallModels() throws IOException {
    JsonObject models = check();
    assertThat(models.keySet()).hasSize(5);
  }

  private JsonObject check(String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("gpu-check", "--tiny", "--steps", "5", "--device", "cpu", "--out", "check"));
    command.addAll(List.of(more));
    Cli.succeed(folder, command.toArray(String[]::new));
    String table = Files.readString(folder.resolve("check/gpu-check.md"));
    assertThat(table).contains("on the CPU: no card took part", "| tiny-sere-mlp | ");
    JsonObject written =
        JsonParser.parseString(Files.readString(folder.resolve("check/gpu-check.json")))
            .getAsJsonObject();
    assertThat(written.get("device").getAsString()).isEqualTo("cpu");
    JsonObject models = written.getAsJsonObject("models");
    for (String model : models.keySet()) {
      JsonObject figures = models.getAsJsonObject(model).getAsJsonObject("values");
      assertThat(figures.get("train_images_per_second").getAsDouble()).isPositive();
      assertThat(figures.get("peak_memory_mib").getAsDouble()).isBetween(50.0, 1e5);
      assertThat(figures.get("worst").getAsDouble()).isBetween(0.0, 1e-4);
      assertThat(figures.get("generate_100_ms").getAsDouble()).isPositive();
    }
    return models;
  }

  /** A part that fails is a line of the result, and the rest goes on: here without plug-ins. */
  @Test
  @Tag("slow")
  void namesWhatFailed() throws Exception {
    String line =
        "VARVE_JAVA_OPTS='-Dvarve.home=/nowhere -XX:TieredStopAtLevel=1' "
            + Cli.distribution().resolve("bin/varve")
            + " gpu-check --tiny --models sere-mlp --device cpu --out c";
    Process process =
        new ProcessBuilder("sh", "-c", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    assertThat(process.waitFor()).isEqualTo(1);
    String table = Files.readString(folder.resolve("c/gpu-check.md"));
    assertThat(table)
        .contains("the installation, doctor failed: ")
        .contains("tiny-sere-mlp, training failed: varve: ")
        .contains("tiny-sere-mlp, run failed: varve: ");
  }

  /** It says so, and leaves no temporary files, those of the part under way included. */
  @Test
  @Tag("slow")
  void writesWhatItHasWhenItIsStopped() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    ProcessBuilder builder =
        new ProcessBuilder(
                Cli.distribution().resolve("bin/varve").toString(),
                "gpu-check",
                "--tiny",
                "--device",
                "cpu",
                "--out",
                "c")
            .directory(folder.toFile());
    builder.environment().put("TMPDIR", temporary.toString());
    Path said = folder.resolve("said");
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    while (process.isAlive() && !Files.readString(said).contains("varve bench ")) {
      Thread.sleep(50);
    }
    Thread.sleep(2000);
    process.destroy();
    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(Files.readString(folder.resolve("c/gpu-check.md")))
        .contains("the check failed: was stopped before everything was measured");
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(Cli.runHere(folder, "gpu-check", "--models", "x", "--out", "./c").err())
        .startsWith("varve: --models: there is no [x]; there are [sere-mlp, ");
    assertThat(Cli.runHere(folder, "gpu-check", "--device", "gpu", "--out", "./c").err())
        .isEqualTo("varve: --device gpu: expected auto, cpu, cuda or cuda:INDEX\n");
  }
}
