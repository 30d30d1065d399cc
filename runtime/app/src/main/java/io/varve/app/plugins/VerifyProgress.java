package io.varve.app.plugins;

import io.varve.app.option.Output;
import io.varve.conformance.Outcome;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows the progress of checks: the last one on a terminal, otherwise a line per subject. */
final class VerifyProgress implements Consumer<Outcome>, AutoCloseable {
  private static final int COLUMNS = 79;

  private final boolean terminal = Boolean.getBoolean("varve.terminal");
  private final Path jar;
  private String subject = "";
  private int checks;
  private int failed;
  private long millis;

  VerifyProgress(Path jar) {
    this.jar = jar;
  }

  @Override
  public void accept(Outcome outcome) {
    if (!outcome.check().subject().equals(subject)) {
      finish();
      subject = outcome.check().subject();
    }
    checks++;
    failed += outcome.ok() ? 0 : 1;
    millis += outcome.millis();
    if (terminal) {
      rewrite(checks + " checks: " + outcome.check().name() + " of " + subject);
    }
  }

  private static void rewrite(String text) {
    String line = text.substring(0, Math.min(text.length(), COLUMNS));
    System.err.print("\r" + line + " ".repeat(COLUMNS - line.length()) + "\r");
    System.err.flush();
  }

  private void finish() {
    if (subject.isEmpty()) {
      Output.say("verifying %s", jar);
    } else {
      String result = failed == 0 ? "ok" : failed + " FAILED";
      String seconds = String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
      if (terminal) {
        rewrite("");
      }
      Output.say("  %-60s %3d checks  %s  %s", subject, checks, seconds, result);
    }
    checks = 0;
    failed = 0;
    millis = 0;
  }

  @Override
  public void close() {
    finish();
  }
}
