package io.varve.app.measure;

import io.varve.app.option.Output;
import io.varve.inference.ActiveUnits;
import io.varve.inference.bundle.Term;
import io.varve.report.metrics.Estimate;
import io.varve.report.metrics.LatentActivity;
import io.varve.training.evaluation.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Latents as aligned lines: name, KL with its standard error, active units, and collapse. */
final class LevelTable {
  private LevelTable() {}

  /** A heading and a line for each latent; nothing without latents. */
  static List<String> lines(List<LatentActivity> levels, Scores scores) {
    if (levels.isEmpty()) {
      return List.of();
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("latent", "kl", "active_units", ""));
    for (LatentActivity level : levels) {
      Estimate kl = scores.termMean(Term.kl(level.name()));
      rows.add(
          List.of(
              level.name(),
              Double.isNaN(kl.error())
                  ? Output.number(kl.value())
                  : Output.number(kl.value()) + " \u00B1 " + Output.number(kl.error()),
              level.units().map(ActiveUnits.Count::toString).orElse("-"),
              level.collapsed() ? "collapsed" : ""));
    }
    int[] widths =
        IntStream.range(0, 4)
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      line.append(row.get(column)).append(" ".repeat(widths[column] - row.get(column).length()));
      line.append("  ");
    }
    return line.toString().stripTrailing();
  }
}
