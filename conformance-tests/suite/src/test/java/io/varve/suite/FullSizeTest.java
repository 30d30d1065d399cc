package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The authors' own rows of Tables 1 and 2 (Gatopoulos and Tomczak, 2021) and the rows that are run
 * of those of Apostolopoulou et al. (2021), at full size: each takes a training step on noise or
 * strokes and exports all its graphs, compared with DJL. Prints a row each.
 */
@Tag("slow")
final class FullSizeTest {
  private static final String FILES =
      "(self)?vae-.*(cifar10|celeba|64).yaml|(sere|maf|dlgm|iaf|ladder|iw-ladder)-.*.yaml";

  /** In place of MNIST. */
  private static final String STROKES =
      "data={type: strokes, count: 8, test-count: 8, size: 28, binarize: dynamic}";

  /** A step, and two images to measure on. */
  private static final List<String> SHORT =
      List.of(
          "training.epochs=1",
          "training.batch=2",
          "data.train-images=2",
          "data.test-images=2",
          "evaluation.importance-samples=0");

  @TempDir Path folder;

  static List<Path> rows() throws IOException {
    try (Stream<Path> files = Files.list(Cli.root().resolve("conformance-tests/models"))) {
      return files.filter(f -> f.getFileName().toString().matches(FILES)).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void learnsAndExports(Path model) throws IOException {
    boolean mnist = Files.readString(model).contains("type: idx");
    List<String> data = mnist ? List.of("--set", STROKES) : List.of("--data", "data");
    if (!mnist) {
      Noise.of(Files.readString(model), folder.resolve("data"), 8);
    }
    Stream<String> train =
        Stream.concat(Stream.of("train", model.toString(), "--out", "run"), data.stream());
    Stream<String> keys = SHORT.stream().flatMap(key -> Stream.of("--set", key));
    long start = System.nanoTime();
    JsonObject trained = succeed(Stream.concat(train, keys));
    double learning = 1e-9 * (System.nanoTime() - start);
    assertThat(trained.get("bound").getAsDouble()).isNegative();
    start = System.nanoTime();
    JsonObject exported = succeed(Stream.of("export", "run", "--out", "bundle"));
    double exporting = 1e-9 * (System.nanoTime() - start);
    double worst =
        exported.getAsJsonObject("parity").asMap().values().stream()
            .mapToDouble(JsonElement::getAsDouble)
            .max()
            .orElseThrow();
    assertThat(worst).isPositive().isLessThan(exported.get("tolerance").getAsDouble());
    assertThat(exported.getAsJsonObject("parity").keySet()).contains("bound", "generate");
    assertThat(exported.get("without_cuda")).as("nodes that CUDA has no kernel for").isNull();
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d | %d | %.0f | %.0f | %.1e |%n",
        model.getFileName(),
        parameters(model, data),
        exported.getAsJsonObject("parity").size(),
        learning,
        exporting,
        worst);
  }

  private long parameters(Path model, List<String> data) {
    Stream<String> expand = Stream.of("expand", model.toString());
    return succeed(Stream.concat(expand, data.stream())).get("parameters").getAsLong();
  }

  private JsonObject succeed(Stream<String> command) {
    return Cli.succeed(folder, Stream.concat(command, Stream.of("--json")).toArray(String[]::new))
        .json();
  }
}
