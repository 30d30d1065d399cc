package io.varve.inference.file;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;

/**
 * Writes JSON that every reader takes. JSON has no NaN and no infinities: they are the strings
 * {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}.
 */
public final class JsonText {
  private static final JsonSerializer<Number> NUMBERS =
      (value, type, context) -> number(value.doubleValue(), value);

  private static final Gson LINE = builder().create();
  private static final Gson INDENTED = builder().setPrettyPrinting().create();

  private JsonText() {}

  private static GsonBuilder builder() {
    GsonBuilder builder = new GsonBuilder().disableHtmlEscaping();
    for (Class<?> type : new Class<?>[] {double.class, Double.class, float.class, Float.class}) {
      builder.registerTypeAdapter(type, NUMBERS);
    }
    return builder;
  }

  /** A value on one line; what would steer a terminal is escaped, as JSON allows. */
  public static String line(Object value) {
    return Printable.of(LINE.toJson(value));
  }

  /** A value on several lines, indented, with a line end after the last. */
  public static String indented(Object value) {
    return INDENTED.toJson(value) + "\n";
  }

  /** A number as an element of a document. */
  public static JsonPrimitive number(double value) {
    return number(value, value);
  }

  private static JsonPrimitive number(double value, Number written) {
    return Double.isFinite(value)
        ? new JsonPrimitive(written)
        : new JsonPrimitive(Double.toString(value));
  }
}
