package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import io.varve.report.chart.Markup;
import java.util.List;
import java.util.Locale;

/** A report as the XML that JUnit's runners write and build servers read. */
final class JUnitXml {
  private JUnitXml() {}

  static String of(Report report) {
    Markup xml = new Markup();
    xml.open("testsuites");
    for (Verdict verdict : report.verdicts()) {
      xml.open(
          "testsuite",
          "name",
          verdict.plugin(),
          "tests",
          verdict.outcomes().size(),
          "failures",
          verdict.count(Status.FAILED),
          "errors",
          0,
          "skipped",
          verdict.count(Status.NOT_APPLICABLE),
          "time",
          seconds(verdict.outcomes()));
      verdict.outcomes().forEach(outcome -> testCase(xml, outcome));
      xml.close();
    }
    return xml.close().xml();
  }

  private static void testCase(Markup xml, Outcome outcome) {
    Check.Id check = outcome.check();
    xml.open(
        "testcase",
        "classname",
        check.plugin() + "." + check.subject(),
        "name",
        check.name(),
        "time",
        seconds(List.of(outcome)));
    String rule = RuleBook.read().plain(check.rule());
    switch (outcome.status()) {
      case PASSED -> {}
      case FAILED -> xml.leaf("failure", rule, "message", outcome.message(), "type", check.rule());
      case WARNED -> xml.leaf("system-out", "should hold: " + outcome.message() + "\n" + rule);
      case NOT_APPLICABLE -> xml.leaf("skipped", "", "message", outcome.message());
    }
    xml.close();
  }

  private static String seconds(List<Outcome> outcomes) {
    double seconds = outcomes.stream().mapToLong(Outcome::millis).sum() / 1000.0;
    return String.format(Locale.ROOT, "%.3f", seconds);
  }
}
