package io.varve.report.chart;

import io.varve.report.metrics.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a chart shows, before anything is drawn.
 *
 * @param title what is measured
 * @param unit its unit and direction, in a few words
 * @param series the curves; a curve without samples is left out
 * @param marks events on the x axis
 * @param y the axis of the values
 */
record Plot(String title, String unit, List<Series> series, List<Mark> marks, Axis y) {
  /** Something that happened at a place on the x axis. */
  record Mark(double x, String what) {}

  Plot {
    series = series.stream().filter(s -> !s.samples().isEmpty()).toList();
    marks = List.copyOf(marks);
  }

  /** A plot that also marks values that are not finite. */
  static Plot of(String title, String unit, List<Series> series, Axis y) {
    List<Mark> marks = new ArrayList<>();
    for (Series curve : series) {
      for (Series.Sample sample : curve.samples()) {
        if (!Double.isFinite(sample.y())) {
          String what = curve.name() + " is " + Numbers.value(sample.y()) + ", " + sample.when();
          marks.add(new Mark(sample.x(), what));
        }
      }
    }
    return new Plot(title, unit, series, marks, y);
  }

  /** The same with more marks. */
  Plot with(List<Mark> more) {
    List<Mark> all = new ArrayList<>(marks);
    all.addAll(more);
    return new Plot(title, unit, series, all, y);
  }

  /** Sentences about what a frame of lines does not show. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    double[] finite =
        series.stream()
            .flatMapToDouble(s -> s.samples().stream().mapToDouble(Series.Sample::y))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    long below = Arrays.stream(finite).filter(v -> v < y.low()).count();
    long above = Arrays.stream(finite).filter(v -> v > y.high()).count();
    if (below > 0) {
      notes.add(Numbers.count(below, "point") + " below the frame, down to " + show(finite[0]));
    }
    if (above > 0) {
      double highest = finite[finite.length - 1];
      notes.add(Numbers.count(above, "point") + " above the frame, up to " + show(highest));
    }
    notes.addAll(broken());
    return notes;
  }

  /** A sentence about values that are not finite, if there are any. */
  List<String> broken() {
    long broken =
        series.stream()
            .flatMapToDouble(s -> s.samples().stream().mapToDouble(Series.Sample::y))
            .filter(v -> !Double.isFinite(v))
            .count();
    String words = Numbers.count(broken, "value") + " not finite, marked red";
    return broken == 0 ? List.of() : List.of(words);
  }

  private static String show(double value) {
    return Numbers.value(value);
  }
}
