package io.varve.report.chart;

import static java.util.Comparator.comparingDouble;

import io.varve.report.metrics.Numbers;
import java.util.List;

/** Draws a {@link Plot} as lines, in SVG that takes its colours from the page. */
final class Chart {
  static final int LEFT = 62;
  static final int RIGHT = 14;
  static final int TOP = 10;
  static final int BOTTOM = 42;

  /** Fewer samples than this are also shown as dots. */
  private static final int FEW = 32;

  /** Distance between drawn samples; nearer ones are drawn as a band. */
  private static final int PIXELS_PER_BUCKET = 3;

  /** At least so many pixels between ticks of the y axis. */
  private static final int TICK_SPACING = 32;

  /** How far a dot at the edge may reach over it. */
  private static final int SPILL = 5;

  private static final int MARK_WIDTH = 6;

  /** Coordinates stop here: SVG readers disagree about absurd ones. */
  private static final double FAR = 5000;

  /** The size of a drawing, and the x axis all drawings of a page share. */
  record Frame(int width, int height, Axis x, String xName) {
    int plotWidth() {
      return width - LEFT - RIGHT;
    }

    int plotHeight() {
      return height - TOP - BOTTOM;
    }

    double x(double value) {
      return x.at(value) * plotWidth();
    }
  }

  private final Plot plot;
  private final Frame frame;
  private final Markup page;

  private Chart(Plot plot, Frame frame, Markup page) {
    this.plot = plot;
    this.frame = frame;
    this.page = page;
  }

  static void draw(Plot plot, Frame frame, Markup page) {
    new Chart(plot, frame, page).draw();
  }

  /** Opens the drawing and leaves it open. */
  static void open(Plot plot, Frame frame, Markup page) {
    page.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "viewBox",
        "0 0 " + frame.width() + " " + frame.height(),
        "role",
        "img",
        "aria-label",
        plot.title() + ", " + plot.unit());
  }

  /** Draws the x axis, its ticks and its name. */
  static void xAxis(Frame frame, Markup page) {
    double base = TOP + frame.plotHeight();
    int about = Math.max(3, frame.plotWidth() / 80);
    page.empty("path", "class", "axis", "d", "M" + LEFT + " " + base + "h" + frame.plotWidth());
    for (double tick : frame.x().ticks(about)) {
      String x = Numbers.coordinate(LEFT + frame.x(tick));
      page.empty("path", "class", "axis", "d", "M" + x + " " + base + "v4");
      page.leaf("text", frame.x().label(tick, about), "class", "mid", "x", x, "y", base + 18);
    }
    double middle = LEFT + frame.plotWidth() / 2.0;
    page.leaf("text", frame.xName(), "class", "mid name", "x", middle, "y", base + 36);
  }

  private void draw() {
    open(plot, frame, page);
    yAxis();
    int clipped = frame.plotWidth() + 2 * SPILL;
    // A nested drawing clips what runs out of the frame.
    page.open(
        "svg",
        "x",
        LEFT - SPILL,
        "y",
        TOP,
        "width",
        clipped,
        "height",
        frame.plotHeight(),
        "viewBox",
        -SPILL + " 0 " + clipped + " " + frame.plotHeight());
    for (int i = 0; i < plot.series().size(); i++) {
      curve(plot.series().get(i), i);
    }
    page.close();
    xAxis(frame, page);
    marks();
    Hover.draw(plot, frame, page);
    page.close();
  }

  private void yAxis() {
    int about = Math.max(3, frame.plotHeight() / TICK_SPACING);
    for (double tick : plot.y().ticks(about)) {
      double y = TOP + y(tick);
      String at = Numbers.coordinate(y);
      page.empty("path", "class", "grid", "d", "M" + LEFT + " " + at + "h" + frame.plotWidth());
      String label = plot.y().label(tick, about);
      page.leaf("text", label, "class", "end", "x", LEFT - 8, "y", Numbers.coordinate(y + 4));
    }
  }

  private void curve(Series series, int index) {
    List<Series.Bucket> buckets = series.buckets(frame.plotWidth() / PIXELS_PER_BUCKET);
    page.open("g", "class", "s" + index);
    if (buckets.size() < series.samples().size()) {
      page.empty("path", "class", "band", "d", band(buckets));
    }
    page.empty("path", "class", "line", "d", line(buckets));
    boolean few = series.samples().size() < FEW;
    for (int i = 0; i < buckets.size(); i++) {
      if (!Double.isNaN(buckets.get(i).mean()) && (few || alone(buckets, i))) {
        dot(buckets.get(i));
      }
    }
    page.close();
  }

  /** Whether a sample stands between gaps, where a line would show nothing. */
  private static boolean alone(List<Series.Bucket> buckets, int i) {
    boolean before = i > 0 && !Double.isNaN(buckets.get(i - 1).mean());
    boolean after = i + 1 < buckets.size() && !Double.isNaN(buckets.get(i + 1).mean());
    return !before && !after;
  }

  private void dot(Series.Bucket bucket) {
    String x = Numbers.coordinate(frame.x(bucket.x()));
    page.empty(
        "circle", "class", "dot", "cx", x, "cy", Numbers.coordinate(y(bucket.mean())), "r", 3);
  }

  private String line(List<Series.Bucket> buckets) {
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (Series.Bucket bucket : buckets) {
      boolean finite = !Double.isNaN(bucket.mean());
      if (finite) {
        path.append(drawing ? 'L' : 'M').append(place(bucket.x(), bucket.mean()));
      }
      drawing = finite;
    }
    return path.toString();
  }

  /** One closed piece for every run of finite buckets. */
  private String band(List<Series.Bucket> buckets) {
    StringBuilder path = new StringBuilder();
    for (int start = 0; start < buckets.size(); start++) {
      int end = start;
      while (end < buckets.size() && !Double.isNaN(buckets.get(end).mean())) {
        end++;
      }
      for (int i = start; i < end; i++) {
        Series.Bucket bucket = buckets.get(i);
        path.append(i == start ? 'M' : 'L').append(place(bucket.x(), bucket.high()));
      }
      for (int i = end - 1; i >= start; i--) {
        path.append('L').append(place(buckets.get(i).x(), buckets.get(i).low()));
      }
      path.append(end > start ? "Z" : "");
      start = end;
    }
    return path.toString();
  }

  private void marks() {
    double free = Double.NEGATIVE_INFINITY;
    for (Plot.Mark mark : plot.marks().stream().sorted(comparingDouble(Plot.Mark::x)).toList()) {
      if (frame.x(mark.x()) < free) {
        continue; // A run that diverged has thousands of them.
      }
      free = frame.x(mark.x()) + MARK_WIDTH;
      String x = Numbers.coordinate(LEFT + frame.x(mark.x()));
      String base = "M" + x + " " + (TOP + frame.plotHeight() - 9);
      page.open("path", "class", "mark", "d", base + "l4.5 8h-9z");
      page.leaf("title", mark.what()).close();
    }
  }

  private String place(double x, double y) {
    return Numbers.coordinate(frame.x(x)) + " " + Numbers.coordinate(y(y));
  }

  private double y(double value) {
    double down = (1 - plot.y().at(value)) * frame.plotHeight();
    return Math.max(-FAR, Math.min(FAR, down));
  }
}
