package io.varve.app.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.varve.app.option.Output;
import io.varve.inference.file.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Figures of another program, machine or version, under the names of this one's. */
record OtherFigures(Path file, JsonObject figures) {
  /**
   * Reads the last line of a file, as {@code varve bench --json} prints it.
   *
   * @throws IllegalArgumentException naming the file, if it cannot be read or holds no object
   */
  static OtherFigures read(Path file) {
    try {
      String text = Files.readString(file).strip();
      int last = text.lastIndexOf('\n') + 1;
      String object = text.startsWith("{") ? text : text.substring(last);
      return new OtherFigures(file, JsonParser.parseString(object).getAsJsonObject());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + ": cannot be read: " + FileFault.reason(e) + "; name a file of figures", e);
    } catch (JsonParseException | IllegalStateException e) {
      throw new IllegalArgumentException(
          file + ": is no JSON object; write it as 'varve bench --json' does", e);
    }
  }

  /** What is measured here over what is written there, for every number that both have. */
  Map<String, Object> ratios(Map<String, ?> results) {
    Map<String, Object> ratios = ratios(results, figures);
    if (ratios.isEmpty()) { // no error: what was measured is worth printing
      Output.say(
          "%s: has none of the figures measured here, which are %s; rename them",
          file, String.join(", ", results.keySet()));
    }
    return ratios;
  }

  private static Map<String, Object> ratios(Map<?, ?> results, JsonObject figures) {
    Map<String, Object> ratios = new LinkedHashMap<>();
    results.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          JsonElement other = figures.get(name);
          if (value instanceof Map<?, ?> map && other != null && other.isJsonObject()) {
            ratios(map, other.getAsJsonObject())
                .forEach((inner, ratio) -> ratios.put(name + " " + inner, ratio));
          } else if (value instanceof Number number && isNumber(other)) {
            ratios.put(name, number.doubleValue() / other.getAsDouble());
          }
        });
    return ratios;
  }

  private static boolean isNumber(JsonElement element) {
    return element != null && element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
  }
}
