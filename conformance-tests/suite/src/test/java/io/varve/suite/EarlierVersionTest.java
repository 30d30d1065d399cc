package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs and bundles of an earlier version mean the same to this one, as docs/versions.md promises.
 * The earlier version is built from its commit, which the checkout must have.
 */
@Tag("slow")
final class EarlierVersionTest {
  private static final String COMMIT = "5f89232";

  private static final String MODEL =
      """
      name: earlier
      data: {type: strokes, count: 256, test-count: 64, size: 12, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [8]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [32]}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [32]}}
      training: {epochs: 200, batch: 32, optimizer: adam, ema: 0.99, checkpoint-every: 10, seed: 5}
      export: [bound, infer, generate, carry z]
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void build() throws Exception {
    Path source = folder.resolve("source");
    run(Cli.root(), "git", "worktree", "add", "-q", "--detach", source.toString(), COMMIT);
    run(source, "mvn", "-q", "-B", "-DskipTests", "-pl", "runtime/distribution", "-am", "package");
    Files.writeString(folder.resolve("m.yaml"), MODEL);
    Process training = earlier("train", "m.yaml", "--out", "run");
    Path checkpoints = folder.resolve("run/checkpoints");
    while (training.isAlive() && !holds(checkpoints, ".safetensors")) {
      Thread.sleep(5);
    }
    training.destroyForcibly().waitFor();
    run(folder, "cp", "-r", "run", "run-now");
    end(earlier("resume", "run"));
    end(earlier("export", "run", "--out", "bundle"));
  }

  @AfterAll
  static void forget() throws Exception {
    run(Cli.root(), "git", "worktree", "remove", "--force", folder.resolve("source").toString());
  }

  @Test
  void aRunIsResumedToTheSameBits() throws IOException {
    Cli.succeed(folder, "resume", "run-now", "--accept-changed-plugins");
    assertThat(weights("run-now")).isEqualTo(weights("run"));
  }

  @Test
  void aRunHasTheSameFigures() throws Exception {
    String[] command = {"evaluate", "run", "--importance-samples", "4", "--json"};
    Cli.Ended now = Cli.succeed(folder, with(command, "--accept-changed-plugins"));
    double earlier =
        com.google.gson.JsonParser.parseString(lastLine(end(earlier(command))))
            .getAsJsonObject()
            .get("bound")
            .getAsDouble();
    assertThat(now.json().get("bound").getAsDouble()).isEqualTo(earlier);
  }

  @Test
  void aBundleHasTheSameScores() throws Exception {
    end(earlier("score", "bundle", "--csv", "earlier.csv"));
    Cli.succeed(folder, "score", "bundle", "--csv", "now.csv");
    assertThat(columns("now.csv")).isEqualTo(columns("earlier.csv"));
  }

  @Test
  void aBundleOfTheRunIsTheSameNow() throws IOException {
    Cli.succeed(folder, "export", "run", "--out", "exported", "--accept-changed-plugins");
    Cli.succeed(folder, "score", "exported", "--csv", "exported.csv");
    Cli.succeed(folder, "score", "bundle", "--csv", "bundle.csv");
    assertThat(columns("exported.csv")).isEqualTo(columns("bundle.csv"));
  }

  private static String[] with(String[] command, String option) {
    return Stream.concat(Stream.of(command), Stream.of(option)).toArray(String[]::new);
  }

  /** The numbers: what comes after the name of the image, which newer versions may write longer. */
  private static List<String> columns(String csv) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve(csv));
    int bound = List.of(lines.get(0).split(",", -1)).indexOf("bound");
    assertThat(bound).isPositive();
    return lines.stream()
        .map(
            line ->
                String.join(
                    ",", List.of(line.split(",", -1)).subList(bound, line.split(",", -1).length)))
        .toList();
  }

  private static byte[] weights(String run) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(run).resolve("checkpoints"))) {
      Path newest =
          files
              .filter(file -> file.toString().endsWith(".safetensors"))
              .sorted()
              .reduce((a, b) -> b)
              .orElseThrow();
      return Files.readAllBytes(newest);
    }
  }

  private static boolean holds(Path directory, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().endsWith(suffix));
    }
  }

  private static Process earlier(String... command) throws IOException {
    String varve = folder.resolve("source/bin/varve").toString();
    return new ProcessBuilder(Stream.concat(Stream.of(varve), Stream.of(command)).toList())
        .directory(folder.toFile())
        .redirectError(folder.resolve("earlier.err").toFile())
        .start();
  }

  private static String end(Process process) throws Exception {
    String out =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(() -> errors()).isZero();
    return out;
  }

  private static String errors() {
    try {
      return Files.readString(folder.resolve("earlier.err"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String lastLine(String text) {
    return text.strip().lines().reduce((a, b) -> b).orElseThrow();
  }

  private static void run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
  }
}
