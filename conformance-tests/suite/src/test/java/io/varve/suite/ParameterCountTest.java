package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.plugin.Catalog;
import io.varve.model.weights.Weights;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tables of the papers' models in docs/ say how large they are. */
final class ParameterCountTest {
  /** A row: the file's name, the side of its images, the number of parameters. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| \\[([\\w-]+)].* \\| (\\d+) x \\d+ \\| .* \\| ([\\d,]+) \\|$");

  /** Numbers of a model whose weights take seconds to draw. */
  private static final long LARGE = 30_000_000;

  /** MNIST's images have one channel, all others three. */
  private static final int MNIST = 28;

  private final Path models = Cli.root().resolve("conformance-tests/models");

  @Test
  void tableHasEveryFile() throws IOException {
    Set<String> named = rows().stream().map(row -> row.group(1)).collect(Collectors.toSet());
    assertThat(named).containsExactlyInAnyOrderElementsOf(files());
  }

  @Test
  void tableCountsWhatTheModelsHave() throws IOException {
    compare(rows().stream().filter(row -> numbers(row) < LARGE).toList());
  }

  @Test
  @Tag("slow")
  void tableCountsWhatTheLargestModelsHave() throws IOException {
    compare(rows().stream().filter(row -> numbers(row) >= LARGE).toList());
  }

  private static List<MatchResult> rows() throws IOException {
    List<MatchResult> rows = new ArrayList<>();
    try (Stream<Path> pages = Files.list(Cli.root().resolve("docs"))) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).toList()) {
        ROW.matcher(Files.readString(page)).results().forEach(rows::add);
      }
    }
    return rows;
  }

  private static long numbers(MatchResult row) {
    return Long.parseLong(row.group(3).replace(",", ""));
  }

  private void compare(List<MatchResult> rows) {
    assertThat(rows).isNotEmpty();
    Path plugins = Cli.distribution().resolve("plugins");
    try (Catalog catalog = Catalog.open(List.of(plugins))) {
      Map<List<Object>, String> counted = new HashMap<>();
      for (MatchResult row : rows) {
        YamlText yaml = YamlText.read(models.resolve(row.group(1) + ".yaml"));
        Experiment experiment = Experiment.of(yaml, catalog);
        long side = Long.parseLong(row.group(2));
        Shape image = new Shape(side == MNIST ? 1 : 3, side, side);
        // Two data sets may share a model, and to build a large one takes seconds.
        List<Object> model = List.of(experiment.model(), experiment.data().encoding(), image);
        assertThat(counted.computeIfAbsent(model, key -> count(experiment, image)))
            .as(row.group(1))
            .isEqualTo(row.group(3));
      }
    }
  }

  private static List<String> files() throws IOException {
    return FullSizeTest.rows().stream()
        .map(file -> file.getFileName().toString().replace(".yaml", ""))
        .toList();
  }

  private static String count(Experiment experiment, Shape image) {
    try (NDManager manager = NDManager.newBaseManager();
        Weights weights = Weights.initialize(experiment.build(image), manager)) {
      return "%,d".formatted(weights.count());
    }
  }
}
