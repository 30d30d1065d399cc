package io.varve.report;

import io.varve.inference.bundle.Term;
import io.varve.report.chart.Charts;
import io.varve.report.chart.Markup;
import io.varve.report.metrics.LatentActivity;
import io.varve.report.metrics.Numbers;
import io.varve.report.metrics.Point;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lays a {@link Report} out as HTML. */
final class ReportPage {
  private final Report report;
  private final Results results;
  private final Markup page = new Markup();

  private ReportPage(Report report) {
    this.report = report;
    this.results = new Results(report);
  }

  static String of(Report report) {
    return new ReportPage(report).write();
  }

  private String write() {
    page.open("html", "lang", "en");
    head();
    page.open("body").open("main");
    header();
    if (report.points().isEmpty()) {
      page.leaf("p", "Nothing was measured yet.", "class", "empty");
    } else {
      page.open("section").leaf("h2", "Training");
      Charts.draw(report.points(), page);
      page.close();
    }
    pictures();
    page.open("section").leaf("h2", "Results").open("div", "class", "columns");
    page.open("div");
    terms();
    levels();
    page.close();
    table("Run", results.facts());
    page.close().close();
    page.open("section").leaf("h2", "To repeat this run");
    page.leaf("pre", report.reproduction().command(), "class", "command");
    page.open("div", "class", "columns");
    page.open("div").leaf("h3", "Model").leaf("pre", report.reproduction().model()).close();
    table("Environment", report.reproduction().environment());
    page.close().close();
    return page.close().close().close().page();
  }

  private void head() {
    page.open("head").empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    // The browser itself then guarantees that the page loads nothing and runs nothing.
    String policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    page.empty("meta", "http-equiv", "Content-Security-Policy", "content", policy);
    page.empty("meta", "name", "color-scheme", "content", "light dark");
    page.leaf("title", report.title() + " \u2013 Varve").style(styleSheet()).close();
  }

  private void header() {
    page.open("header").leaf("h1", report.title());
    page.leaf("p", report.summary().data() + " \u00B7 " + report.summary().device());
    page.open("dl", "class", "headlines");
    for (Results.Headline headline : results.headlines()) {
      page.open("div").leaf("dt", headline.name()).leaf("dd", headline.value());
      page.leaf("dd", headline.detail(), "class", "detail").close();
    }
    page.close().close();
  }

  private void pictures() {
    Map<String, List<Report.Picture>> sections = new LinkedHashMap<>();
    for (Report.Picture picture : report.pictures()) {
      sections.computeIfAbsent(picture.section(), s -> new ArrayList<>()).add(picture);
    }
    sections.forEach(
        (section, members) -> {
          page.open("section").leaf("h2", section).open("div", "class", "pictures");
          members.forEach(this::picture);
          page.close().close();
        });
  }

  private void picture(Report.Picture picture) {
    page.open("figure");
    page.empty(
        "img",
        "src",
        picture.png().dataUri(),
        "width",
        picture.png().width(),
        "height",
        picture.png().height(),
        "alt",
        picture.section() + ": " + picture.caption());
    page.leaf("figcaption", picture.caption()).close();
  }

  /** What the last bound is the sum of. */
  private void terms() {
    if (results.last().isEmpty()) {
      return;
    }
    Point last = results.last().get();
    page.leaf("h3", "What the bound is made of, " + last.split().label());
    page.open("table").open("tbody");
    last.score().terms().forEach(this::term);
    page.open("tr", "class", "sum").leaf("th", "bound", "scope", "row");
    page.leaf("td", Numbers.fixed(last.score().bound(), 2), "class", "number").close();
    page.close().close();
  }

  private void term(String name, double value) {
    String shown = Term.isKl(name) ? "KL " + Term.variable(name) : name;
    page.open("tr").leaf("th", shown, "scope", "row");
    page.leaf("td", Numbers.fixed(value, 2), "class", "number").close();
  }

  /** What each latent tells, and whether one tells nothing. */
  private void levels() {
    List<LatentActivity> levels = results.levels();
    if (levels.isEmpty()) {
      return;
    }
    page.leaf("h3", "What each latent tells, " + results.last().orElseThrow().split().label());
    page.open("table").open("thead").open("tr").leaf("th", "latent", "scope", "col");
    page.leaf("th", "KL, nats", "class", "number", "scope", "col").leaf("th", "", "class", "share");
    page.leaf("th", "active units", "class", "number", "scope", "col").close().close();
    page.open("tbody");
    double sum = levels.stream().mapToDouble(LatentActivity::kl).sum();
    double largest =
        levels.stream().mapToDouble(LatentActivity::kl).filter(Double::isFinite).max().orElse(0);
    levels.forEach(level -> level(level, largest, sum));
    page.close().close().leaf("p", LatentActivity.verdict(levels), "class", "note");
  }

  /** A row of the table, with a bar that is longest for the largest divergence. */
  private void level(LatentActivity level, double largest, double sum) {
    page.open("tr").leaf("th", level.name(), "scope", "row");
    page.leaf("td", Numbers.fixed(level.kl(), 2), "class", "number").open("td", "class", "share");
    if (level.kl() > 0 && level.kl() <= largest) {
      String share = Numbers.fixed(100 * level.kl() / sum, 1) + " % of all KL";
      String width = "width:" + Numbers.coordinate(100 * level.kl() / largest) + "%";
      page.leaf("span", "", "class", "bar", "style", width, "title", share);
    }
    String units = level.units().map(u -> u.active() + " of " + u.total()).orElse("");
    page.close().leaf("td", units, "class", "number").close();
  }

  private void table(String title, Map<String, String> rows) {
    page.open("div").leaf("h3", title).open("table").open("tbody");
    rows.forEach(
        (name, value) ->
            page.open("tr").leaf("th", name, "scope", "row").leaf("td", value).close());
    page.close().close().close();
  }

  private static String styleSheet() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
