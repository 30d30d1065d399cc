package io.varve.conformance;

import io.varve.conformance.Outcome.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;

/** The tables of {@code docs/conformance.md}, each between two comments that name it. */
final class ConformancePage {
  static final Path FILE =
      Path.of(System.getProperty("basedir", ""), "..", "..", "docs", "conformance.md").normalize();

  private ConformancePage() {}

  static boolean regenerates() {
    return Boolean.getBoolean("varve.regenerate");
  }

  /** A table as the page has it. */
  static String read(String name) {
    String page = page();
    return page.substring(page.indexOf(begin(name)) + begin(name).length(), page.indexOf(end(name)))
        .strip();
  }

  /** Puts a table in the place of the one before. */
  static void write(String name, String table) {
    String between = "(?s)" + begin(name) + ".*" + end(name);
    String with = begin(name) + "\n" + table.strip() + "\n" + end(name);
    try {
      Files.writeString(FILE, page().replaceFirst(between, Matcher.quoteReplacement(with)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String page() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String begin(String name) {
    return "<!-- begin " + name + " -->";
  }

  private static String end(String name) {
    return "<!-- end " + name + " -->";
  }

  /** Rules in order, neighbours joined, as {@code J6-J8, X1}. */
  static String ranges(Set<String> rules) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(rules));
    sorted.sort(RuleBook.ORDER);
    List<String> ranges = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= sorted.size(); i++) {
      if (i == sorted.size() || !follows(sorted.get(i - 1), sorted.get(i))) {
        String first = sorted.get(from);
        String last = sorted.get(i - 1);
        ranges.add(first.equals(last) ? first : first + "-" + last);
        from = i;
      }
    }
    return String.join(", ", ranges);
  }

  private static boolean follows(String rule, String next) {
    return rule.charAt(0) == next.charAt(0)
        && Integer.parseInt(rule.substring(1)) + 1 == Integer.parseInt(next.substring(1));
  }

  /**
   * A row for each component: what it passes in an example or more, and what says nothing of it.
   */
  static String components(List<Outcome> outcomes) {
    Map<String, Map<String, Status>> components = new TreeMap<>();
    for (Outcome outcome : outcomes) {
      String[] words = outcome.check().subject().split(" ", 3);
      Map<String, Status> rules =
          components.computeIfAbsent(words[0] + " " + words[1], c -> new TreeMap<>());
      rules.merge(outcome.check().rule(), outcome.status(), ConformancePage::worse);
    }
    StringBuilder table =
        new StringBuilder(
            "| component | passed | warned | not applicable |\n| --- | --- | --- | --- |\n");
    components.forEach(
        (component, rules) ->
            table.append(
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        component,
                        of(rules, Status.PASSED),
                        of(rules, Status.WARNED),
                        of(rules, Status.NOT_APPLICABLE))));
    return table.toString();
  }

  private static String of(Map<String, Status> rules, Status status) {
    Set<String> such = new TreeSet<>();
    rules.forEach(
        (rule, each) -> {
          if (each == status) {
            such.add(rule);
          }
        });
    return ranges(such);
  }

  private static Status worse(Status one, Status other) {
    List<Status> order =
        List.of(Status.FAILED, Status.WARNED, Status.PASSED, Status.NOT_APPLICABLE);
    return order.indexOf(one) <= order.indexOf(other) ? one : other;
  }
}
