package io.varve.app.option;

import io.varve.inference.file.JsonText;
import io.varve.inference.file.Printable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What a command prints: results on standard output, messages for people on standard error. */
public final class Output {
  @Option(names = "--json", description = "Print one JSON object on the last line of output.")
  public boolean json;

  /** Prints a line for people; what it says of files cannot steer their terminal. */
  public static void say(String format, Object... values) {
    System.err.println(Printable.of(String.format(Locale.ROOT, format, values)));
  }

  /** Prints lines of results for people. */
  public static void lines(Stream<String> lines) {
    lines.map(Printable::of).forEach(System.out::println);
  }

  /** Prints a result: a sentence, or with {@code --json} an object. */
  public void result(String sentence, Map<String, ?> results) {
    System.out.println(json ? JsonText.line(results) : Printable.of(sentence));
  }

  /** The key of the standard errors among the results, each under the name of its mean. */
  public static final String ERRORS = "standard_errors";

  /** Prints results: a JSON object, or aligned lines with standard errors beside the means. */
  public void results(Map<String, ?> results) {
    if (json) {
      System.out.println(JsonText.line(results));
      return;
    }
    Map<String, Object> shown = new LinkedHashMap<>();
    results.forEach((key, value) -> add(shown, key, value));
    Map<?, ?> errors = shown.remove(ERRORS) instanceof Map<?, ?> map ? map : Map.of();
    int width = shown.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines(
        shown.entrySet().stream()
            .map(
                line ->
                    String.format(
                        Locale.ROOT,
                        "%-" + width + "s  %s",
                        line.getKey(),
                        text(line.getKey(), line.getValue(), errors))));
  }

  /** A line; a map of maps has one for each of these. */
  private static void add(Map<String, Object> lines, String key, Object value) {
    if (value instanceof Map<?, ?> map
        && !key.equals(ERRORS)
        && map.values().stream().anyMatch(Map.class::isInstance)) {
      map.forEach((name, each) -> lines.put(String.valueOf(name), each));
    } else {
      lines.put(key, value);
    }
  }

  private static String text(String name, Object value, Map<?, ?> errors) {
    if (value instanceof Double || value instanceof Float) {
      String text = number(((Number) value).doubleValue());
      return errors.get(name) instanceof Double error ? text + " \u00B1 " + number(error) : text;
    }
    if (value instanceof Map<?, ?> map) {
      StringBuilder text = new StringBuilder();
      map.forEach(
          (k, v) ->
              text.append(text.isEmpty() ? "" : ", ")
                  .append(k)
                  .append(' ')
                  .append(text(name + "." + k, v, errors)));
      return text.toString();
    }
    return String.valueOf(value);
  }

  /** Formats a number as results show it. */
  public static String number(double number) {
    boolean tiny = number != 0 && Math.abs(number) < 1e-3;
    return String.format(Locale.ROOT, tiny ? "%.2e" : "%.4f", number);
  }
}
