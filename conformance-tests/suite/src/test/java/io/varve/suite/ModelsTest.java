package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every small model file trains, exports, and scores alike in DJL and in ONNX Runtime. */
final class ModelsTest {
  /** Single precision over a few hundred terms of either sign. */
  private static final double RELATIVE = 1e-4;

  @TempDir Path folder;

  static List<Path> tinyModels() throws IOException {
    try (Stream<Path> files = Files.list(Cli.root().resolve("conformance-tests/models"))) {
      return files.filter(f -> f.getFileName().toString().startsWith("tiny-")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("tinyModels")
  void trainsExportsAndScoresAlike(Path model) throws IOException {
    List<String> train =
        new ArrayList<>(List.of("train", model.toString(), "--out", "run", "--json"));
    String text = Files.readString(model);
    if (text.contains("type: idx")) {
      train.add("--set");
      train.add("data={type: strokes, count: 512, test-count: 128, size: 16, binarize: dynamic}");
    } else if (text.contains("type: cifar10")) {
      cifar10(Files.createDirectories(folder.resolve("cifar10")));
      train.addAll(List.of("--data", "cifar10"));
    }
    JsonObject trained = Cli.succeed(folder, train.toArray(String[]::new)).json();
    assertThat(trained.get("bound").getAsDouble()).isNegative();
    Cli.succeed(folder, "export", "run", "--out", "all");
    Cli.succeed(folder, "export", "run", "--out", "bundle", "--graphs", "bound,importance");
    String[] measure = {"--importance-samples", "5", "--images", "100", "--seed", "9", "--json"};
    JsonObject djl = Cli.succeed(folder, with(measure, "evaluate", "run")).json();
    JsonObject onnx = Cli.succeed(folder, with(measure, "evaluate", "bundle")).json();
    for (String key : List.of("bound", "importance_bound", "bits_per_dim", "reconstruction")) {
      double expected = djl.get(key).getAsDouble();
      assertThat(onnx.get(key).getAsDouble())
          .as(key)
          .isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
    }
    assertThat(djl.get("importance_bound").getAsDouble())
        .isGreaterThan(djl.get("bound").getAsDouble());
  }

  /** Noise in CIFAR-10's format; 3,072 pixels of 256 levels each. */
  private static void cifar10(Path folder) throws IOException {
    byte[] records = new byte[512 * 3073];
    new Random(1).nextBytes(records);
    for (int i = 0; i < records.length; i += 3073) {
      records[i] = (byte) (i % 10);
    }
    Files.write(folder.resolve("data_batch_1.bin"), records);
    Files.write(folder.resolve("test_batch.bin"), records);
  }

  private static String[] with(String[] options, String... command) {
    return Stream.concat(Stream.of(command), Stream.of(options)).toArray(String[]::new);
  }
}
