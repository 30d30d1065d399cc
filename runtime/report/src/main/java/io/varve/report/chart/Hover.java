package io.varve.report.chart;

import io.varve.report.metrics.Numbers;
import java.util.List;

/** Strips over a chart that show the values under the pointer, without a script. */
final class Hover {
  private static final int STRIPS = 60;

  private Hover() {}

  static void draw(Plot plot, Chart.Frame frame, Markup page) {
    List<Double> places =
        plot.series().stream()
            .flatMap(s -> s.samples().stream())
            .map(Series.Sample::x)
            .sorted()
            .distinct()
            .toList();
    int size = Math.max(1, (places.size() + STRIPS - 1) / STRIPS);
    double left = 0;
    for (int start = 0; start < places.size(); start += size) {
      int end = Math.min(places.size(), start + size);
      double last = places.get(end - 1);
      double right =
          end == places.size() ? frame.plotWidth() : frame.x((last + places.get(end)) / 2);
      page.open(
          "rect",
          "class",
          "hit",
          "x",
          Numbers.coordinate(Chart.LEFT + left),
          "y",
          Chart.TOP,
          "width",
          Numbers.coordinate(Math.max(0, right - left)),
          "height",
          frame.plotHeight());
      page.leaf("title", words(plot, places.get(start), last)).close();
      left = right;
    }
  }

  /** The last sample of every curve in the strip, under its place in words. */
  private static String words(Plot plot, double from, double to) {
    StringBuilder lines = new StringBuilder();
    String when = "";
    for (Series series : plot.series()) {
      for (int i = series.samples().size() - 1; i >= 0; i--) {
        Series.Sample sample = series.samples().get(i);
        if (sample.x() >= from && sample.x() <= to) {
          when = sample.when();
          lines.append('\n').append(series.name()).append("  ").append(Numbers.value(sample.y()));
          break;
        }
      }
    }
    return when + lines;
  }
}
