package io.varve.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * What a command says: results for scripts on standard output, words for people on standard error.
 */
final class Output {
  private static final Gson JSON =
      new GsonBuilder().serializeSpecialFloatingPointValues().disableHtmlEscaping().create();

  @Option(names = "--json", description = "Print one JSON object on the last line of output.")
  boolean json;

  /** A line for people. */
  static void say(String format, Object... values) {
    System.err.println(String.format(Locale.ROOT, format, values));
  }

  /** A result that people read as a sentence. */
  void result(String sentence, Map<String, ?> results) {
    System.out.println(json ? JSON.toJson(results) : sentence);
  }

  /** The results: a JSON object, or one aligned line each. */
  void results(Map<String, ?> results) {
    if (json) {
      System.out.println(JSON.toJson(results));
      return;
    }
    int width = results.keySet().stream().mapToInt(String::length).max().orElse(0);
    results.forEach(
        (key, value) -> System.out.printf(Locale.ROOT, "%-" + width + "s  %s%n", key, text(value)));
  }

  private static String text(Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      boolean tiny = number != 0 && Math.abs(number) < 1e-3;
      return String.format(Locale.ROOT, tiny ? "%.2e" : "%.4f", number);
    }
    if (value instanceof Map<?, ?> map) {
      StringBuilder text = new StringBuilder();
      map.forEach(
          (k, v) -> text.append(text.isEmpty() ? "" : ", ").append(k).append(' ').append(text(v)));
      return text.toString();
    }
    return String.valueOf(value);
  }
}
