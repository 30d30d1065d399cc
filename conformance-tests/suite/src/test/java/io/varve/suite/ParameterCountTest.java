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
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tables of the papers' models in docs/models.md say how large they are. */
final class ParameterCountTest {
  /** A row: the file's name, the side of its images, the number of parameters. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| \\[([\\w-]+)].* \\| (\\d+) x \\d+ \\| .* \\| ([\\d,]+) \\|$");

  /** Numbers of a model whose weights take seconds to draw. */
  private static final long LARGE = 100_000_000;

  /** MNIST's images have one channel, all others three. */
  private static final int MNIST = 28;

  private final Path models = Cli.root().resolve("conformance-tests/models");

  @Test
  void tableHasEveryFile() throws IOException {
    assertThat(rows()).extracting(row -> row.group(1)).containsExactlyInAnyOrderElementsOf(files());
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
    String page = Files.readString(Cli.root().resolve("docs/models.md"));
    return ROW.matcher(page).results().toList();
  }

  private static long numbers(MatchResult row) {
    return Long.parseLong(row.group(3).replace(",", ""));
  }

  private void compare(List<MatchResult> rows) {
    assertThat(rows).isNotEmpty();
    Path plugins = Cli.distribution().resolve("plugins");
    try (Catalog catalog = Catalog.open(List.of(plugins))) {
      for (MatchResult row : rows) {
        assertThat(count(catalog, row)).as(row.group(1)).isEqualTo(row.group(3));
      }
    }
  }

  private static List<String> files() throws IOException {
    return FullSizeTest.rows().stream()
        .map(file -> file.getFileName().toString().replace(".yaml", ""))
        .toList();
  }

  private String count(Catalog catalog, MatchResult row) {
    YamlText yaml = YamlText.read(models.resolve(row.group(1) + ".yaml"));
    long side = Long.parseLong(row.group(2));
    Shape image = new Shape(side == MNIST ? 1 : 3, side, side);
    try (NDManager manager = NDManager.newBaseManager();
        Weights weights = Weights.initialize(Experiment.of(yaml, catalog).build(image), manager)) {
      return "%,d".formatted(weights.count());
    }
  }
}
