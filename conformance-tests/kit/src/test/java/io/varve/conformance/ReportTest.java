package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.Outcome.Status;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** What people, build servers and browsers read. */
class ReportTest {
  private static final Report REPORT =
      new Report(
          List.of(
              new Verdict(
                  "mine",
                  Path.of("mine.jar"),
                  List.of(
                      outcome("jar mine.jar", "J2", Status.PASSED, ""),
                      outcome("bijector swap {}", "B3", Status.FAILED, "0.5 < 1 & \"wrong\""),
                      outcome("bijector swap {}", "B8", Status.WARNED, "starts far off"),
                      outcome("bijector swap {}", "B7", Status.NOT_APPLICABLE, "no buffers")))));

  private static Outcome outcome(String subject, String rule, Status status, String message) {
    String name = rule.toLowerCase(Locale.ROOT) + "_holds";
    return new Outcome(
        new Check.Id("mine", subject, rule, name, "required"), status, message, 1500);
  }

  @Test
  void textHasATableAndEveryBreachWithItsRule() {
    assertThat(REPORT.ok()).isFalse();
    assertThat(REPORT.text())
        .contains("mine              passed  failed  warned     n/a\n")
        .contains("bijector swap {}       .       1       1       1\n")
        .contains(
            "B3 is broken: bijector swap {}\n  0.5 < 1 & \"wrong\"\n  rule:  logDet MUST equal")
        .contains("again: varve verify mine.jar --rules B3\n")
        .contains("B8 should hold: bijector swap {}")
        .contains("mine: BREAKS the contract; 1 checks passed, 1 failed, 1 warned, 1 do not apply");
  }

  @Test
  void xmlIsWhatJUnitWrites() throws Exception {
    Element suites =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(REPORT.junit())))
            .getDocumentElement();
    Element suite = (Element) suites.getElementsByTagName("testsuite").item(0);
    assertThat(suite.getAttribute("tests")).isEqualTo("4");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    Element failure = (Element) suite.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).isEqualTo("0.5 < 1 & \"wrong\"");
    assertThat(((Element) failure.getParentNode()).getAttribute("name")).isEqualTo("b3_holds");
  }

  @Test
  void pageHoldsAllItNeedsAndEscapesWhatItQuotes() {
    assertThat(REPORT.html())
        .startsWith("<!DOCTYPE html>")
        .contains("breaks the contract", "0.5 &lt; 1 &amp; &quot;wrong&quot;", "id=\"B3\"")
        .contains("prefers-color-scheme: dark")
        .doesNotContain("http://", "https://", "<script", "src=");
  }
}
