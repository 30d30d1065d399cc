package io.varve.inference.file;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON into records whose components are its keys. Every key must be there exactly once, and
 * no other key. Knows records, lists, maps with string keys, strings, ints, longs and doubles.
 */
public final class StrictJson {
  private final String where;
  private final JsonReader json;

  private StrictJson(String where, String text) {
    this.where = where;
    this.json = new JsonReader(new StringReader(text));
    json.setStrictness(Strictness.STRICT);
  }

  /**
   * Reads a document.
   *
   * @param where its name, for messages
   * @throws IllegalArgumentException if it does not fit the record
   */
  public static <T extends Record> T read(String where, String text, Class<T> type) {
    return new StrictJson(where, text).document(type);
  }

  /** Reads one integer at the top level, whatever else the document has. */
  public static int peek(String where, String text, String key) {
    StrictJson reader = new StrictJson(where, text);
    try {
      reader.json.beginObject();
      while (reader.json.hasNext()) {
        if (reader.json.nextName().equals(key)) {
          reader.require(JsonToken.NUMBER);
          return reader.json.nextInt();
        }
        reader.json.skipValue();
      }
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw reader.malformed(e);
    }
    throw new IllegalArgumentException(where + ": key '" + key + "' is missing");
  }

  private <T extends Record> T document(Class<T> type) {
    try {
      T value = type.cast(value(type));
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new MalformedJsonException("text after the end");
      }
      return value;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw malformed(e);
    }
  }

  private IllegalArgumentException malformed(Exception e) {
    return new IllegalArgumentException(
        where + ": malformed at " + path() + ": " + JsonFault.reason(e), e);
  }

  /** The place in the document, without Gson's leading {@code $.}. */
  private String path() {
    String path = json.getPath();
    return path.startsWith("$.") ? path.substring(2) : path;
  }

  private Object value(Type type) throws IOException {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class ? list(arguments[0]) : map(arguments[1]);
    } else if (type == String.class) {
      require(JsonToken.STRING);
      return json.nextString();
    } else if (type instanceof Class<?> kind && kind.isRecord()) {
      return record(kind);
    }
    require(JsonToken.NUMBER);
    if (type == int.class || type == Integer.class) {
      return json.nextInt();
    }
    return type == double.class ? (Object) json.nextDouble() : (Object) json.nextLong();
  }

  /** Gson also takes numbers in quotes. */
  private void require(JsonToken token) throws IOException {
    if (json.peek() != token) {
      throw JsonFault.unexpected(token, json.peek());
    }
  }

  private List<Object> list(Type element) throws IOException {
    List<Object> values = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      values.add(value(element));
    }
    json.endArray();
    return values;
  }

  private Map<String, Object> map(Type element) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (values.put(key, value(element)) != null) {
        throw new IllegalArgumentException(where + ": " + path() + ": key appears twice");
      }
    }
    json.endObject();
    return values;
  }

  private Object record(Class<?> type) throws IOException {
    String path = path();
    List<RecordComponent> components = Arrays.asList(type.getRecordComponents());
    List<String> names = components.stream().map(RecordComponent::getName).toList();
    Object[] arguments = new Object[names.size()];
    json.beginObject();
    while (json.hasNext()) {
      int index = names.indexOf(json.nextName());
      if (index < 0 || arguments[index] != null) {
        String wrong = index < 0 ? ": unknown key; known are " + names : ": key appears twice";
        throw new IllegalArgumentException(where + ": " + path() + wrong);
      }
      arguments[index] = value(components.get(index).getGenericType());
    }
    json.endObject();
    int missing = Arrays.asList(arguments).indexOf(null);
    if (missing >= 0) {
      throw new IllegalArgumentException(
          where + ": " + path + ": key '" + names.get(missing) + "' is missing");
    }
    return create(type, path, components, arguments);
  }

  private Object create(
      Class<?> type, String path, List<RecordComponent> components, Object[] arguments) {
    try {
      Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true); // records that only their package knows
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          where + ": " + path + ": " + e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the record " + type + " cannot be created", e);
    }
  }
}
