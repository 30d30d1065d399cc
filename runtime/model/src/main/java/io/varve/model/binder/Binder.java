package io.varve.model.binder;

import ai.djl.ndarray.types.Shape;
import io.varve.model.faults.Faults;
import io.varve.model.faults.Suggestion;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.Kebab;
import io.varve.model.yaml.Scalars;
import io.varve.model.yaml.YamlText;
import io.varve.spi.Component;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import io.varve.spi.Named;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Binds YAML to records: a record's components are its keys.
 *
 * <p>{@code type:} picks the record where an extension point or another sealed interface of {@link
 * Named} records is expected, and {@code bernoulli} alone is short for {@code {type: bernoulli}}. A
 * {@link io.varve.spi.Node} is picked by the key of its kind, which holds its name.
 */
public final class Binder {
  private final Choices choices;

  /** A binder that picks components from this catalog. */
  public Binder(Catalog catalog) {
    this.choices = new Choices(catalog);
  }

  /**
   * Binds a whole file.
   *
   * @throws IllegalArgumentException one line: file, line, path, what is wrong and what is known
   */
  public <T> T bind(YamlText yaml, Class<T> type) {
    return type.cast(new Reading(yaml).value(yaml.root(), type, ""));
  }

  /** Binds a piece of YAML, such as a {@link Default} or an example. */
  public <T> T bind(String name, String yaml, Class<T> type) {
    return bind(YamlText.of(name, yaml), type);
  }

  /** What {@code type:} can pick. */
  Choices choices() {
    return choices;
  }

  private final class Reading {
    private final YamlText yaml;

    Reading(YamlText yaml) {
      this.yaml = yaml;
    }

    Object value(Node node, Type type, String path) {
      if (type instanceof ParameterizedType generic) {
        Type argument = generic.getActualTypeArguments()[0];
        if (generic.getRawType() == Optional.class) {
          return Optional.of(value(node, argument, path));
        }
        if (generic.getRawType() == List.class) {
          return list(node, argument, path);
        }
        if (generic.getRawType() == Map.class) {
          return map(node, generic.getActualTypeArguments()[1], path);
        }
        throw new IllegalStateException("no YAML is bound to " + type);
      }
      Class<?> raw = (Class<?>) type;
      if (Choices.isChoice(raw)) {
        return choice(node, raw, path);
      }
      if (raw.isSealed()) {
        return kind(node, raw, path);
      }
      Optional<Method> form = Keys.form(raw, node);
      if (form.isPresent()) {
        Object written = value(node, form.get().getGenericParameterTypes()[0], path);
        return made(raw, node, path, () -> form.get().invoke(null, written));
      }
      if (raw.isRecord()) {
        boolean name = isWord(node) && Keys.inlinedChoice(raw).isPresent();
        Map<String, Node> entries = name ? Map.of("type", node) : yaml.entries(node, path);
        return record(raw, node, entries, path, List.of());
      }
      if (raw == Shape.class) {
        return Scalars.shape(yaml, node, list(node, Long.class, path), path);
      }
      return Scalars.convert(yaml, node, raw, path);
    }

    private List<?> list(Node node, Type item, String path) {
      if (!(node instanceof SequenceNode sequence)) {
        throw yaml.error(node, path, "expected a list, found " + Scalars.noList(node));
      }
      List<Object> items = new ArrayList<>();
      for (Node child : sequence.getValue()) {
        items.add(value(child, item, path + "[" + items.size() + "]"));
      }
      return List.copyOf(items);
    }

    private Map<String, Object> map(Node node, Type item, String path) {
      Map<String, Object> items = new LinkedHashMap<>();
      yaml.entries(node, path)
          .forEach((key, child) -> items.put(key, value(child, item, path + "." + key)));
      return Collections.unmodifiableMap(items);
    }

    /** A component or another named record, picked by {@code type:}, or by its bare name. */
    private Object choice(Node node, Class<?> point, String path) {
      Map<String, Node> entries = isWord(node) ? Map.of("type", node) : yaml.entries(node, path);
      return choose(node, entries, point, path, List.of());
    }

    private static boolean isWord(Node node) {
      return node instanceof ScalarNode && !YamlText.isNothing(node);
    }

    /**
     * Picks and binds a record.
     *
     * @param beside the keys of the record that holds this one inline, for the error message
     */
    private Object choose(
        Node node, Map<String, Node> entries, Class<?> point, String path, List<String> beside) {
      Map<String, Node> keys = new LinkedHashMap<>(entries);
      Node type = keys.remove("type");
      if (type == null) {
        String noun = Kebab.of(point.getSimpleName());
        throw yaml.error(
            node,
            path,
            "'type' is missing; it names a " + noun + ": " + choices.of(point).keySet());
      }
      String name = (String) Scalars.convert(yaml, type, String.class, path);
      Class<?> record = choices.of(point).get(name);
      if (record == null) {
        throw yaml.error(type, path, choices.unknown(point, name));
      }
      return record(record, node, keys, path, beside);
    }

    /** A node of a hierarchy: the key of its kind holds its name. */
    private Object kind(Node node, Class<?> sealed, String path) {
      Map<String, Node> entries = yaml.entries(node, path);
      List<String> kinds = new ArrayList<>();
      for (Class<?> record : sealed.getPermittedSubclasses()) {
        String kind = record.getSimpleName().toLowerCase(Locale.ROOT);
        kinds.add(kind);
        if (entries.containsKey(kind)) {
          List<String> known = new ArrayList<>(Keys.own(record));
          known.set(known.indexOf("name"), kind);
          requireKnown(known, node, entries, path);
          entries.put("name", entries.remove(kind));
          return record(record, node, entries, path, List.of());
        }
      }
      Set<String> found = entries.keySet();
      String first = found.stream().findFirst().orElse("");
      throw yaml.error(
          node,
          path,
          "expected one of the keys " + kinds + ", found " + found + Suggestion.of(first, kinds));
    }

    private Object record(
        Class<?> record, Node node, Map<String, Node> entries, String path, List<String> beside) {
      if (Keys.inlinedChoice(record).isEmpty()) {
        List<String> known = Keys.known(record);
        known.addAll(beside);
        requireKnown(known, node, entries, path);
      }
      RecordComponent[] components = record.getRecordComponents();
      Object[] arguments = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        arguments[i] = argument(record, components[i], node, entries, path);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return made(
          record,
          node,
          path,
          () -> {
            Constructor<?> constructor = record.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
          });
    }

    private interface Maker {
      Object make() throws ReflectiveOperationException;
    }

    /** A record; what its code refuses gets its place in the file. */
    private Object made(Class<?> record, Node node, String path, Maker maker) {
      try {
        return maker.make();
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof IllegalArgumentException cause && cause.getMessage() != null) {
          throw yaml.error(node, path, cause.getMessage());
        }
        if (Component.class.isAssignableFrom(record)) {
          throw yaml.error(node, path, Faults.in(record, "threw " + Faults.thrown(e.getCause())));
        }
        String place = YamlText.line(yaml.where(node), path, record.getName());
        throw new IllegalStateException(place + " failed: " + e.getCause(), e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(record.getName() + " cannot be built", e);
      }
    }

    private void requireKnown(List<String> known, Node node, Map<String, Node> entries, String at) {
      for (String key : entries.keySet()) {
        if (!known.contains(key)) {
          throw yaml.error(
              yaml.key(node, key),
              at,
              "there is no key '%s' here; known are %s%s"
                  .formatted(key, known, Suggestion.of(key, known)));
        }
      }
    }

    private Object argument(
        Class<?> record,
        RecordComponent component,
        Node node,
        Map<String, Node> entries,
        String path) {
      String key = Kebab.of(component.getName());
      if (component.isAnnotationPresent(Inline.class)) {
        return inlined(record, component, node, entries, path);
      }
      Node value = entries.get(key);
      String at = path.isEmpty() ? key : path + "." + key;
      if (value != null) {
        return value(value, component.getGenericType(), at);
      }
      Default text = component.getAnnotation(Default.class);
      if (text != null) {
        YamlText source = YamlText.of("default of " + at, text.value());
        return new Reading(source).value(source.root(), component.getGenericType(), at);
      }
      if (component.getType() == Optional.class) {
        return Optional.empty();
      }
      throw yaml.error(node, path, "the key '" + key + "' is missing");
    }

    /** The keys that belong to an inlined record, taken out of its holder's mapping. */
    private Object inlined(
        Class<?> record,
        RecordComponent component,
        Node node,
        Map<String, Node> entries,
        String path) {
      Class<?> type = component.getType();
      Map<String, Node> own = new LinkedHashMap<>(entries);
      if (type.isRecord()) {
        own.keySet().retainAll(Keys.own(type));
        return record(type, node, own, path, List.of());
      }
      List<String> others = Keys.known(record);
      own.keySet().removeAll(others);
      return choose(node, own, type, path, others);
    }
  }
}
