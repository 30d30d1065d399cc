package io.varve.model.binder;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.varve.model.yaml.Kebab;
import io.varve.model.yaml.Scalars;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A JSON Schema of what a {@link Binder} accepts, so that editors complete and check model files.
 */
public final class Schema {
  private final Choices choices;
  private final JsonObject definitions = new JsonObject();

  private Schema(Choices choices) {
    this.choices = choices;
  }

  /** The schema of files bound to a record, with the plug-ins of the binder's catalog. */
  public static JsonObject of(Binder binder, Class<?> record) {
    Schema schema = new Schema(binder.choices());
    JsonObject root = new JsonObject();
    root.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.addProperty("$ref", schema.reference(record));
    root.add("$defs", schema.definitions);
    return root;
  }

  private JsonObject type(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == Map.class) {
        JsonObject each = plain("object");
        each.add("additionalProperties", type(arguments[1]));
        return each;
      }
      JsonObject argument = type(arguments[0]);
      return generic.getRawType() == Optional.class ? argument : array(argument);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == Shape.class) {
      JsonObject axis = plain("integer");
      axis.addProperty("minimum", 1);
      return array(axis);
    }
    List<Method> forms = Keys.forms(raw);
    if (!forms.isEmpty()) {
      JsonArray options = new JsonArray();
      forms.forEach(form -> options.add(type(form.getGenericParameterTypes()[0])));
      return options.size() == 1 ? options.get(0).getAsJsonObject() : with("anyOf", options);
    }
    if (raw.isEnum()) {
      return with("enum", strings(Kebab.constants(raw)));
    }
    if (raw.isRecord() || (raw.isInterface() && !raw.getName().startsWith("java."))) {
      return with("$ref", new JsonPrimitive(reference(raw)));
    }
    return plain(Scalars.schema(raw));
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
    if (Choices.isChoice(raw)) {
      return choice(raw, key -> object(choices.of(raw).get(key), Map.of("type", key)));
    }
    if (raw.isSealed()) {
      JsonArray options = new JsonArray();
      for (Class<?> kind : raw.getPermittedSubclasses()) {
        options.add(node(kind));
      }
      return with("anyOf", options);
    }
    return Keys.inlinedChoice(raw)
        .map(point -> choice(point, key -> merged(raw, choices.of(point).get(key), key)))
        .orElseGet(() -> object(raw, Map.of()));
  }

  /** A record picked by {@code type:}, or by its bare name where it needs no key. */
  private JsonObject choice(Class<?> point, Function<String, JsonObject> option) {
    JsonArray options = new JsonArray();
    JsonArray words = new JsonArray();
    choices
        .of(point)
        .forEach(
            (key, record) -> {
              options.add(option.apply(key));
              if (Arrays.stream(record.getRecordComponents()).noneMatch(Keys::isRequired)) {
                words.add(key);
              }
            });
    if (!words.isEmpty()) {
      options.add(with("enum", words));
    }
    return with("anyOf", options);
  }

  /** One record in another's mapping, as a family in its factor's. */
  private JsonObject merged(Class<?> holder, Class<?> inlined, String key) {
    JsonObject object = object(inlined, Map.of("type", key));
    describe(holder, object.getAsJsonObject("properties"), object.getAsJsonArray("required"));
    return object;
  }

  /** A node of a hierarchy: the key of its kind stands for its name. */
  private JsonObject node(Class<?> kind) {
    JsonObject object = object(kind, Map.of());
    String key = kind.getSimpleName().toLowerCase(Locale.ROOT);
    JsonObject properties = object.getAsJsonObject("properties");
    properties.add(key, properties.remove("name"));
    JsonArray required = object.getAsJsonArray("required");
    required.remove(new JsonPrimitive("name"));
    required.add(key);
    return object;
  }

  private JsonObject object(Class<?> record, Map<String, String> constants) {
    JsonObject properties = new JsonObject();
    JsonArray required = new JsonArray();
    constants.forEach(
        (key, value) -> {
          properties.add(key, with("const", new JsonPrimitive(value)));
          required.add(key);
        });
    describe(record, properties, required);
    JsonObject object = plain("object");
    object.add("properties", properties);
    object.add("required", required);
    object.addProperty("additionalProperties", false);
    return object;
  }

  private void describe(Class<?> record, JsonObject properties, JsonArray required) {
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class)) {
        if (component.getType().isRecord()) {
          describe(component.getType(), properties, required);
        }
        continue;
      }
      String key = Kebab.of(component.getName());
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
  }

  private static JsonObject plain(String type) {
    return with("type", new JsonPrimitive(type));
  }

  private static JsonObject array(JsonObject items) {
    JsonObject array = plain("array");
    array.add("items", items);
    return array;
  }

  private static JsonObject with(String key, JsonElement value) {
    JsonObject object = new JsonObject();
    object.add(key, value);
    return object;
  }

  private static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
