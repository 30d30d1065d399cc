package io.varve.report.chart;

import io.varve.report.metrics.Numbers;
import java.util.List;

/**
 * Draws a {@link Plot} of many curves as one row of cells a curve: stronger is larger, by the
 * square root, so that a node that carries little differs from one that carries nothing. More than
 * a few lines in one frame cannot be told apart, forty rows can.
 */
final class Heatmap {
  private static final int COLUMNS = 40;
  private static final int MIN_ROW = 9;
  private static final int LABEL_HEIGHT = 13;
  private static final double FAINTEST = 0.04;

  private Heatmap() {}

  static void draw(Plot plot, Chart.Frame given, Markup page) {
    int rows = plot.series().size();
    int height = Math.max(given.height(), rows * MIN_ROW + Chart.TOP + Chart.BOTTOM);
    Chart.Frame frame = new Chart.Frame(given.width(), height, given.x(), given.xName());
    double rowHeight = frame.plotHeight() / (double) rows;
    int every = (int) Math.ceil(LABEL_HEIGHT / rowHeight);
    Chart.open(plot, frame, page);
    page.open("g", "class", "s0");
    for (int row = 0; row < rows; row++) {
      Series series = plot.series().get(row);
      double top = Chart.TOP + row * rowHeight;
      if (row % every == 0) {
        String middle = Numbers.coordinate(top + rowHeight / 2 + 4);
        page.leaf("text", brief(series.name()), "class", "end", "x", Chart.LEFT - 8, "y", middle);
      }
      cells(series, plot.y(), frame, new Band(top, rowHeight), page);
    }
    page.close();
    Chart.xAxis(frame, page);
    page.close();
  }

  /** Where a row lies. */
  private record Band(double top, double height) {}

  private static void cells(Series series, Axis scale, Chart.Frame frame, Band band, Markup page) {
    List<Series.Bucket> buckets = series.buckets(COLUMNS);
    double left = 0;
    for (int i = 0; i < buckets.size(); i++) {
      Series.Bucket bucket = buckets.get(i);
      double right =
          i + 1 == buckets.size()
              ? frame.plotWidth()
              : frame.x((bucket.x() + buckets.get(i + 1).x()) / 2);
      double strength = strength(scale.at(bucket.mean()));
      page.open(
          "rect",
          "class",
          Double.isNaN(bucket.mean()) ? "broken" : "cell",
          "x",
          Numbers.coordinate(Chart.LEFT + left),
          "y",
          Numbers.coordinate(band.top() + 0.5),
          "width",
          Numbers.coordinate(right - left + 0.3), // Overlaps, or a seam shows.
          "height",
          Numbers.coordinate(band.height() - 1),
          "fill-opacity",
          Double.isNaN(strength) ? 1 : Math.round(strength * 100) / 100.0);
      String place = frame.xName() + " " + Numbers.value(bucket.x());
      page.leaf("title", series.name() + ", " + place + ": " + Numbers.value(bucket.mean()));
      page.close();
      left = right;
    }
  }

  private static double strength(double place) {
    return Math.max(FAINTEST, Math.sqrt(Math.max(0, Math.min(1, place))));
  }

  private static String brief(String name) {
    return name.length() <= 8 ? name : name.substring(0, 7) + "\u2026";
  }
}
