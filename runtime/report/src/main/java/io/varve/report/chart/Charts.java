package io.varve.report.chart;

import io.varve.report.metrics.DataPart;
import io.varve.report.metrics.Numbers;
import io.varve.report.metrics.Point;
import java.util.List;

/** The charts of a run: its bound in full width, and all else side by side. */
public final class Charts {
  /** More curves than this become a heat map. */
  private static final int LINES = 6;

  private static final int WIDE = 980;
  private static final int NARROW = 460;
  private static final int TALL = 340;
  private static final int LOW = 250;

  private final Curves curves;
  private final Markup page;

  private Charts(Curves curves, Markup page) {
    this.curves = curves;
    this.page = page;
  }

  /** Draws what was measured; charts of nothing and of constants are left out. */
  public static void draw(List<Point> points, Markup page) {
    new Charts(new Curves(points), page).draw();
  }

  private void draw() {
    chart(curves.bound(), true);
    page.open("div", "class", "charts");
    for (Plot plot :
        List.of(
            curves.divergences(DataPart.TRAIN),
            curves.divergences(DataPart.TEST),
            curves.reconstructions(),
            curves.gradient())) {
      chart(plot, false);
    }
    for (Plot plot : List.of(curves.rate(), curves.beta(), curves.speed())) {
      // A constant is a number among the results, not a chart.
      if (plot.series().stream().anyMatch(s -> !s.constant())) {
        chart(plot, false);
      }
    }
    page.close();
  }

  private void chart(Plot plot, boolean wide) {
    if (plot.series().stream().allMatch(s -> Double.isNaN(s.last())) && plot.marks().isEmpty()) {
      return;
    }
    boolean heat = plot.series().size() > LINES;
    page.open("figure").open("figcaption").open("h3").text(plot.title());
    page.leaf("span", plot.unit(), "class", "unit").close();
    if (heat) {
      ramp(plot.y());
    } else {
      legend(plot.series());
    }
    page.close();
    if (wide) {
      // Two drawings, of which the style sheet shows one: letters must not shrink with the page.
      page.open("div", "class", "if-wide");
      draw(plot, frame(WIDE, TALL), false);
      page.close().open("div", "class", "if-narrow");
      draw(plot, frame(NARROW, LOW + 40), false);
      page.close();
    } else {
      draw(plot, frame(NARROW, LOW), heat);
    }
    (heat ? plot.broken() : plot.notes()).forEach(note -> page.leaf("p", note, "class", "note"));
    page.close();
  }

  private Chart.Frame frame(int width, int height) {
    return new Chart.Frame(width, height, curves.x(), curves.xName());
  }

  private void draw(Plot plot, Chart.Frame frame, boolean heat) {
    if (heat) {
      Heatmap.draw(plot, frame, page);
    } else {
      Chart.draw(plot, frame, page);
    }
  }

  private void legend(List<Series> series) {
    page.open("p", "class", "legend");
    if (series.size() == 1) {
      page.open("span").text("last ");
      page.leaf("b", Numbers.setting(series.get(0).last())).close().close();
      return;
    }
    for (int i = 0; i < series.size(); i++) {
      page.open("span", "class", "key s" + i).text(series.get(i).name() + " ");
      page.leaf("b", Numbers.value(series.get(i).last())).close().text(" ");
    }
    page.close();
  }

  private void ramp(Axis scale) {
    page.open("p", "class", "legend s0").text(Numbers.value(scale.low()) + " ");
    page.leaf("span", "", "class", "ramp")
        .text(" " + Numbers.value(scale.high()) + " nats")
        .close();
  }
}
