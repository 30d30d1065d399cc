package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every small model file trains, exports, and scores alike in DJL and in ONNX Runtime. */
final class ModelsTest {
  /** Single precision over a few hundred terms of either sign. */
  private static final double RELATIVE = 1e-4;

  /** Images to train and to measure on; a few batches. */
  private static final int IMAGES = 96;

  private static final Pattern EXPORT = Pattern.compile("(?m)^export: \\[(.*)]$");

  @TempDir Path folder;

  static List<Path> tinyModels() throws IOException {
    try (Stream<Path> files = Files.list(Cli.root().resolve("conformance-tests/models"))) {
      return files.filter(f -> f.getFileName().toString().startsWith("tiny-")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("tinyModels")
  void trainsExportsAndScoresAlike(Path model) throws IOException {
    String run = folder.resolve("run").toString();
    String bundle = folder.resolve("bundle").toString();
    List<String> train =
        new ArrayList<>(List.of("train", model.toString(), "--out", run, "--json"));
    String text = Files.readString(model);
    if (text.contains("type: idx")) {
      train.add("--set");
      train.add("data={type: strokes, count: 512, test-count: 128, size: 16, binarize: dynamic}");
    } else if (!text.contains("type: strokes") && !text.contains("type: density")) {
      Noise.of(text, folder.resolve("data"), IMAGES);
      train.addAll(List.of("--data", folder.resolve("data").toString()));
    }
    JsonObject trained = Cli.succeedHere(train.toArray(String[]::new)).json();
    assertThat(trained.get("bits_per_dim").getAsDouble()).isPositive().isFinite();
    Cli.succeedHere("export", run, "--out", bundle, "--graphs", graphs(text));
    String[] measure = {"--importance-samples", "5", "--images", "24", "--seed", "9", "--json"};
    JsonObject djl = Cli.succeedHere(with(measure, "evaluate", run)).json();
    JsonObject onnx = Cli.succeedHere(with(measure, "evaluate", bundle)).json();
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
