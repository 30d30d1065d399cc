package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import io.varve.report.chart.Markup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A report as one HTML file. */
final class ReportPage {
  private final Markup page = new Markup();
  private final RuleBook rules = RuleBook.read();

  private ReportPage() {}

  static String of(Report report) {
    return new ReportPage().write(report);
  }

  private String write(Report report) {
    String title = report.ok() ? "Keeps the contract" : "Breaks the contract";
    page.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.leaf("title", title + " - varve verify").style(styleSheet()).close();
    page.open("body").open("main");
    report.verdicts().forEach(this::verdict);
    rulesTold(report);
    return page.close().close().close().page();
  }

  private void verdict(Verdict verdict) {
    page.open("section").open("header").leaf("h1", verdict.plugin());
    page.leaf("p", String.valueOf(verdict.jar().getFileName()));
    page.leaf(
        "p",
        verdict.ok() ? "keeps the contract" : "breaks the contract",
        "class",
        verdict.ok() ? "verdict good" : "verdict bad");
    page.close();
    headlines(verdict);
    List<Outcome> breaches = Report.breaches(verdict);
    if (!breaches.isEmpty()) {
      page.leaf("h2", "What to mend");
      breaches.forEach(outcome -> breach(verdict, outcome));
    }
    page.leaf("h2", "Components and rules");
    page.open("div", "class", "wide").open("table").open("tbody");
    verdict.bySubject().forEach(this::row);
    page.close().close().close().close();
  }

  private void headlines(Verdict verdict) {
    page.open("dl", "class", "headlines");
    headline("checks passed", verdict.count(Status.PASSED));
    headline("failed", verdict.count(Status.FAILED));
    headline("warned", verdict.count(Status.WARNED));
    headline("do not apply", verdict.count(Status.NOT_APPLICABLE));
    double seconds = verdict.outcomes().stream().mapToLong(Outcome::millis).sum() / 1000.0;
    headline("seconds", String.format(Locale.ROOT, "%.1f", seconds));
    page.close();
  }

  private void headline(String name, Object value) {
    page.open("div").leaf("dt", name).leaf("dd", String.valueOf(value)).close();
  }

  private void breach(Verdict verdict, Outcome outcome) {
    Check.Id check = outcome.check();
    page.open("article", "class", word(outcome.status()));
    page.open("h3").leaf("a", check.rule(), "href", "#" + check.rule());
    page.text(" " + check.subject()).close();
    page.leaf("p", outcome.message(), "class", "found");
    page.leaf("p", rules.plain(check.rule()), "class", "rule");
    page.leaf("pre", Report.again(verdict, outcome)).close();
  }

  /** One example: every rule as a small mark, whose title tells more. */
  private void row(String subject, List<Outcome> outcomes) {
    page.open("tr").leaf("th", subject, "scope", "row").open("td");
    Map<String, Outcome> worst = new TreeMap<>(RuleBook.ORDER);
    for (Outcome outcome : outcomes) {
      worst.merge(outcome.check().rule(), outcome, ReportPage::worse);
    }
    worst.forEach(
        (rule, outcome) -> {
          String message = outcome.message().isEmpty() ? "" : ": " + outcome.message();
          String title = outcome.check().name() + " " + word(outcome.status()) + message;
          page.leaf("span", rule, "class", "mark " + word(outcome.status()), "title", title);
          page.text(" ");
        });
    page.close().close();
  }

  /** Several checks of a rule are one mark: a breach before a pass before what does not apply. */
  private static Outcome worse(Outcome one, Outcome other) {
    List<Status> order =
        List.of(Status.FAILED, Status.WARNED, Status.PASSED, Status.NOT_APPLICABLE);
    return order.indexOf(one.status()) <= order.indexOf(other.status()) ? one : other;
  }

  private static String word(Status status) {
    return status.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void rulesTold(Report report) {
    page.open("section").leaf("h2", "The rules").open("div", "class", "wide");
    page.open("table").open("tbody");
    for (String rule : rules.rules()) {
      boolean tried =
          report.verdicts().stream()
              .flatMap(verdict -> verdict.outcomes().stream())
              .anyMatch(outcome -> outcome.check().rule().equals(rule));
      if (tried) {
        page.open("tr", "id", rule).leaf("th", rule, "scope", "row");
        page.leaf("td", rules.plain(rule)).close();
      }
    }
    page.close().close().close().close();
  }

  private static String styleSheet() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
