package io.varve.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules of CONTRACT.md, and why some cannot be tested. */
final class RuleBook {
  private static final Pattern RULE =
      Pattern.compile("(?m)^- \\*\\*([A-Z]\\d+)\\*\\* (.*(?:\\R {2}\\S.*)*)");

  /** Every rule is either listed here or checked by a method; a test holds us to that. */
  private static final Map<String, String> UNTESTED =
      Map.of(
          "L1",
          "It repeats rules of priors, and these are checked on likelihoods under their own"
              + " numbers.",
          "N8",
          "The kit makes no pass over data; that every other pass is without a start is seen by X9"
              + " and N3.");

  /** B2 before B10. */
  static final Comparator<String> ORDER =
      Comparator.comparing((String rule) -> rule.charAt(0))
          .thenComparing(rule -> Integer.valueOf(rule.substring(1)));

  private final Map<String, String> texts;

  private RuleBook(Map<String, String> texts) {
    this.texts = texts;
  }

  /** The rules as this kit was built with them. */
  static RuleBook read() {
    try (InputStream in = RuleBook.class.getResourceAsStream("CONTRACT.md")) {
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RuleBook of(String contract) {
    Map<String, String> texts = new LinkedHashMap<>();
    Matcher rules = RULE.matcher(contract);
    while (rules.find()) {
      texts.put(rules.group(1), rules.group(2).replaceAll("\\s*\\R\\s*", " ").strip());
    }
    return new RuleBook(texts);
  }

  /** The numbers of all rules, in the order of CONTRACT.md. */
  Set<String> rules() {
    return texts.keySet();
  }

  /** The first and the last rule of each letter, as {@code J1-J11, X1-X12}. */
  String letters() {
    Map<Character, String> last = new LinkedHashMap<>();
    rules().forEach(rule -> last.put(rule.charAt(0), rule));
    return last.entrySet().stream()
        .map(entry -> entry.getKey() + "1-" + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** What a rule says, in Markdown, with its intent. */
  String text(String rule) {
    return texts.getOrDefault(rule, "");
  }

  /** What a rule says, without the marks of Markdown. */
  String plain(String rule) {
    return text(rule).replaceAll("[*`]", "");
  }

  /** The rules that no check is named after, with the reason. */
  static Map<String, String> untested() {
    return UNTESTED;
  }
}
