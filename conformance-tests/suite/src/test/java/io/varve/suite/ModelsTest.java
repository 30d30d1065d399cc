package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every small model file trains, exports, and scores alike in DJL and in ONNX Runtime. */
final class ModelsTest {
  /** Single precision over a few hundred terms of either sign. */
  private static final double RELATIVE = 1e-4;

  /** Images to train and to measure on; two batches. */
  private static final int IMAGES = 64;

  /** Those put together of the same parts as another one, in other numbers and on other data. */
  private static final Set<String> LIKE_ANOTHER =
      Set.of(
          "tiny-selfvae-downscale-3lvl-imagenette64.yaml",
          "tiny-selfvae-downscale-cifar10.yaml",
          "tiny-selfvae-sketch-celeba.yaml",
          "tiny-vae-realnvp-celeba.yaml",
          "tiny-vae-realnvp-imagenette64.yaml");

  private static final Pattern EXPORT = Pattern.compile("(?m)^export: \\[(.*)]$");

  @TempDir Path folder;

  static List<Path> ofTheirOwn() throws IOException {
    return tinyModels().filter(model -> !LIKE_ANOTHER.contains(name(model))).toList();
  }

  static List<Path> likeAnother() throws IOException {
    return tinyModels().filter(model -> LIKE_ANOTHER.contains(name(model))).toList();
  }

  private static Stream<Path> tinyModels() throws IOException {
    try (Stream<Path> files = Files.list(Cli.root().resolve("conformance-tests/models"))) {
      return files.filter(model -> name(model).startsWith("tiny-")).sorted().toList().stream();
    }
  }

  private static String name(Path model) {
    return model.getFileName().toString();
  }

  @ParameterizedTest
  @MethodSource("ofTheirOwn")
  void trainsExportsAndScoresAlike(Path model) throws IOException {
    compare(model);
  }

  @ParameterizedTest
  @MethodSource("likeAnother")
  @Tag("slow")
  void thoseLikeAnotherDoSoToo(Path model) throws IOException {
    compare(model);
  }

  private void compare(Path model) throws IOException {
    String run = folder.resolve("run").toString();
    String bundle = folder.resolve("bundle").toString();
    String text = narrow(Files.readString(model));
    Path file = Files.writeString(folder.resolve(model.getFileName()), text);
    List<String> train = new ArrayList<>(List.of("train", file.toString(), "--out", run, "--json"));
    if (text.contains("type: idx")) {
      train.add("--set");
      train.add("data={type: strokes, count: 512, test-count: 128, size: 16, binarize: dynamic}");
    } else if (!text.contains("type: strokes") && !text.contains("type: density")) {
      Noise.of(text, folder.resolve("data"), IMAGES);
      train.addAll(List.of("--data", folder.resolve("data").toString()));
    }
    JsonObject trained = Cli.succeedHere(folder, train.toArray(String[]::new)).json();
    assertThat(trained.get("bits_per_dim").getAsDouble()).isPositive().isFinite();
    String[] export = {"export", run, "--out", bundle, "--graphs", graphs(text), "--json"};
    JsonObject exported = Cli.succeedHere(folder, export).json();
    assertThat(exported.get("without_cuda")).as("nodes that CUDA has no kernel for").isNull();
    String[] measure = {"--importance-samples", "5", "--images", "24", "--seed", "9", "--json"};
    JsonObject djl = Cli.succeedHere(folder, with(measure, "evaluate", run)).json();
    JsonObject onnx = Cli.succeedHere(folder, with(measure, "evaluate", bundle)).json();
    for (String key : List.of("bound", "importance_bound", "bits_per_dim", "reconstruction")) {
      double expected = djl.get(key).getAsDouble();
      assertThat(onnx.get(key).getAsDouble())
          .as(key)
          .isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
    }
    double importance = djl.get("importance_bound").getAsDouble();
    double bound = djl.get("bound").getAsDouble();
    if (djl.getAsJsonObject("kl").isEmpty()) { // without latents both are log p(x)
      assertThat(importance).isCloseTo(bound, within(RELATIVE * Math.abs(bound)));
    } else {
      assertThat(importance).isGreaterThan(bound);
    }
  }

  /**
   * The file's model with dense blocks of one step of two channels: every node, block and branch is
   * still there. As wide and deep as in the files, of which docs/ tells results, they take minutes.
   */
  private static String narrow(String text) {
    return text.replaceAll("growth: \\d+", "growth: 2").replaceAll("steps: \\d+", "steps: 1");
  }

  /** Those of the file, and the two that are measured here. */
  private static String graphs(String text) {
    Matcher listed = EXPORT.matcher(text);
    assertThat(listed.find()).as("a line 'export: [...]'").isTrue();
    Stream<String> all = Stream.of(("bound, importance, " + listed.group(1)).split(", ", -1));
    return all.distinct().collect(Collectors.joining(","));
  }

  private static String[] with(String[] options, String... command) {
    return Stream.concat(Stream.of(command), Stream.of(options)).toArray(String[]::new);
  }
}
