package io.varve.model;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON Schema of what a {@link Binder} accepts, so that editors complete and check model files.
 */
public final class Schema {
  private final Binder binder;
  private final JsonObject definitions = new JsonObject();

  private Schema(Binder binder) {
    this.binder = binder;
  }

  /** The schema of files bound to a record, with the plug-ins of the binder's catalog. */
  public static JsonObject of(Binder binder, Class<?> record) {
    Schema schema = new Schema(binder);
    JsonObject root = new JsonObject();
    root.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.addProperty("$ref", schema.reference(record));
    root.add("$defs", schema.definitions);
    return root;
  }

  private JsonObject type(Type type) {
    if (type instanceof ParameterizedType generic) {
      JsonObject argument = type(generic.getActualTypeArguments()[0]);
      return generic.getRawType() == Optional.class ? argument : array(argument);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == Shape.class) {
      JsonObject axis = plain("integer");
      axis.addProperty("minimum", 1);
      return array(axis);
    }
    if (raw.isEnum()) {
      JsonObject choice = new JsonObject();
      choice.add("enum", strings(Keys.kebab(raw)));
      return choice;
    }
    if (raw.isRecord() || (raw.isInterface() && !raw.getName().startsWith("java."))) {
      JsonObject reference = new JsonObject();
      reference.addProperty("$ref", reference(raw));
      return reference;
    }
    return plain(primitive(raw));
  }

  private static String primitive(Class<?> raw) {
    if (raw == int.class || raw == long.class || raw == Integer.class || raw == Long.class) {
      return "integer";
    }
    if (raw == double.class || raw == Double.class) {
      return "number";
    }
    return raw == boolean.class || raw == Boolean.class ? "boolean" : "string";
  }

  /** Defines a type once, and names where. */
  private String reference(Class<?> raw) {
    String name = raw.getName();
    if (!definitions.has(name)) {
      definitions.add(name, new JsonObject());
      definitions.add(name, definition(raw));
    }
    return "#/$defs/" + name;
  }

  private JsonObject definition(Class<?> raw) {
    if (Binder.isChoice(raw)) {
      JsonArray options = new JsonArray();
      Map<String, Class<?>> choices = binder.choices(raw);
      JsonObject name = new JsonObject();
      name.add("enum", strings(List.copyOf(choices.keySet())));
      options.add(name);
      choices.forEach((key, record) -> options.add(object(record, Map.of("type", key))));
      return anyOf(options);
    }
    if (raw.isSealed()) {
      JsonArray options = new JsonArray();
      for (Class<?> kind : raw.getPermittedSubclasses()) {
        options.add(node(kind));
      }
      return anyOf(options);
    }
    return object(raw, Map.of());
  }

  /** A node of a hierarchy: the key of its kind stands for its name. */
  private JsonObject node(Class<?> kind) {
    JsonObject object = object(kind, Map.of());
    JsonObject properties = object.getAsJsonObject("properties");
    String key = kind.getSimpleName().toLowerCase(Locale.ROOT);
    properties.add(key, properties.remove("name"));
    JsonArray required = new JsonArray();
    required.add(key);
    object
        .getAsJsonArray("required")
        .forEach(
            r -> {
              if (!r.getAsString().equals("name")) {
                required.add(r);
              }
            });
    object.add("required", required);
    return object;
  }

  private JsonObject object(Class<?> record, Map<String, String> constants) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    constants.forEach(
        (key, value) -> {
          JsonObject constant = new JsonObject();
          constant.addProperty("const", value);
          properties.add(key, constant);
          required.add(key);
        });
    JsonObject object = plain("object");
    boolean open = describe(record, properties, required);
    object.add("properties", properties);
    object.add("required", required);
    object.addProperty("additionalProperties", open);
    return object;
  }

  /** Adds a record's keys; answers whether further keys belong to an inlined choice. */
  private boolean describe(Class<?> record, JsonObject properties, JsonArray required) {
    boolean open = false;
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class)) {
        Class<?> inlined = component.getType();
        if (inlined.isRecord()) {
          describe(inlined, properties, required);
        } else {
          open = true;
          JsonObject name = new JsonObject();
          name.add("enum", strings(List.copyOf(binder.choices(inlined).keySet())));
          properties.add("type", name);
          required.add("type");
        }
        continue;
      }
      String key = Keys.kebab(component.getName());
      JsonObject value = type(component.getGenericType());
      Default text = component.getAnnotation(Default.class);
      if (text != null) {
        value.addProperty("description", "default: " + text.value());
      }
      properties.add(key, value);
      if (Keys.isRequired(component)) {
        required.add(key);
      }
    }
    return open;
  }

  private static JsonObject plain(String type) {
    JsonObject object = new JsonObject();
    object.addProperty("type", type);
    return object;
  }

  private static JsonObject array(JsonObject items) {
    JsonObject array = plain("array");
    array.add("items", items);
    return array;
  }

  private static JsonObject anyOf(JsonArray options) {
    JsonObject object = new JsonObject();
    object.add("anyOf", options);
    return object;
  }

  private static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
