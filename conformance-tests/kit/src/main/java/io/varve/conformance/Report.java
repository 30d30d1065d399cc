package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The verdicts of one run in words: a table for people, JUnit's XML for build servers, and a page.
 */
public record Report(List<Verdict> verdicts) {
  /** Keeps its own list. */
  public Report {
    verdicts = List.copyOf(verdicts);
  }

  /** Whether every plug-in keeps every rule that it must. */
  public boolean ok() {
    return verdicts.stream().allMatch(Verdict::ok);
  }

  /** A table of components and, below it, every breach with its rule and how to go on. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Verdict verdict : verdicts) {
      table(text, verdict);
      breaches(text, verdict);
      text.append(summary(verdict)).append('\n');
    }
    return text.toString();
  }

  private static void table(StringBuilder text, Verdict verdict) {
    Map<String, List<Outcome>> subjects = verdict.bySubject();
    int width =
        Stream.concat(Stream.of(verdict.plugin()), subjects.keySet().stream())
            .mapToInt(String::length)
            .max()
            .orElseThrow();
    row(text, width, verdict.plugin(), List.of("passed", "failed", "warned", "n/a"));
    subjects.forEach(
        (subject, outcomes) ->
            row(
                text,
                width,
                subject,
                Stream.of(Status.values()).map(status -> cell(outcomes, status)).toList()));
  }

  private static void row(StringBuilder text, int width, String head, List<String> cells) {
    text.append(head).append(" ".repeat(width - head.length()));
    cells.forEach(cell -> text.append(String.format(Locale.ROOT, "  %6s", cell)));
    text.append('\n');
  }

  private static String cell(List<Outcome> outcomes, Status status) {
    long count = outcomes.stream().filter(outcome -> outcome.status() == status).count();
    return count == 0 ? "." : String.valueOf(count);
  }

  private static void breaches(StringBuilder text, Verdict verdict) {
    RuleBook rules = RuleBook.read();
    for (Outcome outcome : breaches(verdict)) {
      Check.Id check = outcome.check();
      text.append(
          String.format(
              Locale.ROOT,
              "\n%s %s: %s%n  %s%n",
              check.rule(),
              outcome.status() == Status.FAILED ? "is broken" : "should hold",
              check.subject(),
              outcome.message()));
      text.append(wrapped("  rule:  ", rules.plain(check.rule())));
      text.append("  again: ").append(again(verdict, outcome)).append(System.lineSeparator());
    }
    text.append('\n');
  }

  /** Failures, then warnings. */
  static List<Outcome> breaches(Verdict verdict) {
    List<Outcome> breaches = new ArrayList<>();
    for (Status status : List.of(Status.FAILED, Status.WARNED)) {
      verdict.outcomes().stream().filter(o -> o.status() == status).forEach(breaches::add);
    }
    return breaches;
  }

  /** The command that checks one rule again. */
  static String again(Verdict verdict, Outcome outcome) {
    return "varve verify " + verdict.jar() + " --rules " + outcome.check().rule();
  }

  /** The verdict in one line. */
  static String summary(Verdict verdict) {
    long warned = verdict.count(Status.WARNED);
    return String.format(
        Locale.ROOT,
        "%s: %s; %d checks passed, %d failed%s, %d do not apply; %.1f s",
        verdict.plugin(),
        verdict.ok() ? "keeps the contract" : "BREAKS the contract",
        verdict.count(Status.PASSED),
        verdict.count(Status.FAILED),
        warned == 0 ? "" : ", " + warned + " warned",
        verdict.count(Status.NOT_APPLICABLE),
        verdict.outcomes().stream().mapToLong(Outcome::millis).sum() / 1000.0);
  }

  private static String wrapped(String head, String text) {
    StringBuilder lines = new StringBuilder();
    StringBuilder line = new StringBuilder(head);
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() > 100) {
        lines.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(" ".repeat(head.length()));
      }
      line.append(word).append(' ');
    }
    return lines.append(line.toString().stripTrailing()).append('\n').toString();
  }

  /** JUnit's XML: a suite for each plug-in, a class for each example, a case for each check. */
  public String junit() {
    return JUnitXml.of(this);
  }

  /** A page that holds all it needs, for browsers in light and dark. */
  public String html() {
    return ReportPage.of(this);
  }
}
