package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Catalog;
import io.varve.model.Weights;
import io.varve.model.YamlText;
import io.varve.training.Experiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of the papers' models in docs/models.md say how large they are. */
final class ParameterCountTest {
  /** A row: the file's name, the side of its images, the number of parameters. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| \\[([\\w-]+)].* \\| (\\d+) x \\d+ \\| .* \\| ([\\d,]+) \\|$");

  /** MNIST's images have one channel, all others three. */
  private static final int MNIST = 28;

  private final Path models = Cli.root().resolve("conformance-tests/models");

  @Test
  void tableCountsWhatTheModelsHave() throws IOException {
    String page = Files.readString(Cli.root().resolve("docs/models.md"));
    List<MatchResult> rows = ROW.matcher(page).results().toList();
    assertThat(rows).extracting(row -> row.group(1)).containsExactlyInAnyOrderElementsOf(files());
    Path plugins = Cli.distribution().resolve("plugins");
    try (Catalog catalog = Catalog.open(List.of(plugins))) {
      Map<String, String> counts =
          rows.stream().collect(Collectors.toMap(row -> row.group(1), row -> count(catalog, row)));
      for (MatchResult row : rows) {
        assertThat(counts.get(row.group(1))).as(row.group(1)).isEqualTo(row.group(3));
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
