package io.varve.report.metrics;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.varve.inference.file.JsonText;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A {@link Point} as one JSON object. JSON has no NaN and no infinities: they are the strings
 * {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}.
 */
final class PointJson {
  private static final Gson GSON =
      new GsonBuilder().setStrictness(Strictness.STRICT).disableHtmlEscaping().create();

  /** Only in lines of a training that maximises it. */
  private static final String IMPORTANCE = "importance_bound";

  private PointJson() {}

  static String write(Point point) {
    JsonObject json = new JsonObject();
    json.addProperty("step", point.step());
    json.add("epoch", JsonText.number(point.epoch()));
    json.addProperty("split", point.split().label());
    json.add("bound", JsonText.number(point.score().bound()));
    json.add("bits_per_dim", JsonText.number(point.score().bitsPerDim()));
    point.score().importance().ifPresent(nats -> json.add(IMPORTANCE, JsonText.number(nats)));
    OptimizationState state = point.state();
    json.add("beta", JsonText.number(state.beta()));
    json.add("rate", JsonText.number(state.rate()));
    json.add("gradient_norm", JsonText.number(state.gradientNorm()));
    json.addProperty("skipped", state.skipped());
    json.add("images_per_second", JsonText.number(state.imagesPerSecond()));
    json.add("seconds", JsonText.number(state.seconds()));
    JsonObject terms = new JsonObject();
    point.score().terms().forEach((name, value) -> terms.add(name, JsonText.number(value)));
    json.add("terms", terms);
    return GSON.toJson(json);
  }

  /** Reads what {@link #write} wrote; throws JsonParseException that says what is wrong. */
  static Point read(String line) {
    JsonObject json = object(line);
    Map<String, Double> terms = new LinkedHashMap<>();
    JsonElement written = value(json, "terms");
    if (!written.isJsonObject()) {
      throw new JsonParseException("key 'terms' is " + written + ", not an object");
    }
    written.getAsJsonObject().keySet().forEach(n -> terms.put(n, real(written, n)));
    OptionalDouble importance =
        json.has(IMPORTANCE) ? OptionalDouble.of(real(json, IMPORTANCE)) : OptionalDouble.empty();
    BoundScore score =
        new BoundScore(real(json, "bound"), real(json, "bits_per_dim"), terms, importance);
    return new Point(whole(json, "step"), real(json, "epoch"), split(json), score, state(json));
  }

  /** Gson's own messages speak of its classes. */
  private static JsonObject object(String line) {
    JsonElement json;
    try {
      json = GSON.fromJson(line, JsonElement.class);
    } catch (JsonParseException e) {
      throw new JsonParseException("it is no JSON", e);
    }
    if (json == null) {
      throw new JsonParseException("it is empty");
    }
    if (!json.isJsonObject()) {
      throw new JsonParseException("it is no JSON object");
    }
    return json.getAsJsonObject();
  }

  private static OptimizationState state(JsonObject json) {
    return new OptimizationState(
        real(json, "beta"),
        real(json, "rate"),
        real(json, "gradient_norm"),
        whole(json, "skipped"),
        real(json, "images_per_second"),
        real(json, "seconds"));
  }

  private static double real(JsonElement object, String key) {
    JsonElement value = value(object.getAsJsonObject(), key);
    try {
      return value.getAsDouble();
    } catch (RuntimeException e) {
      throw new JsonParseException("key '" + key + "' is " + value + ", not a number", e);
    }
  }

  private static long whole(JsonObject json, String key) {
    double value = real(json, key);
    if (value != Math.rint(value) || Double.isInfinite(value)) {
      throw new JsonParseException("key '" + key + "' is " + value + ", not a whole number");
    }
    return (long) value;
  }

  private static DataPart split(JsonObject json) {
    String name = value(json, "split").toString().replace("\"", "");
    try {
      return DataPart.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new JsonParseException("key 'split' is '" + name + "', not train or test", e);
    }
  }

  private static JsonElement value(JsonObject json, String key) {
    JsonElement value = json.get(key);
    if (value == null) {
      throw new JsonParseException("key '" + key + "' is missing");
    }
    return value;
  }
}
