package io.varve.model.binder;

import io.varve.model.yaml.Kebab;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which YAML keys a record has. */
final class Keys {
  private Keys() {}

  /** The keys that stand in the record's own mapping, without those of inlined records. */
  static List<String> own(Class<?> record) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (!component.isAnnotationPresent(Inline.class)) {
        keys.add(Kebab.of(component.getName()));
      }
    }
    return keys;
  }

  /** The keys that may stand in the record's mapping, with those of inlined records. */
  static List<String> known(Class<?> record) {
    List<String> known = own(record);
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class) && component.getType().isRecord()) {
        known.addAll(own(component.getType()));
      }
    }
    return known;
  }

  /** The interface whose record, picked by {@code type:}, has its keys in this record's mapping. */
  static Optional<Class<?>> inlinedChoice(Class<?> record) {
    return Arrays.stream(record.getRecordComponents())
        .filter(c -> c.isAnnotationPresent(Inline.class) && Choices.isChoice(c.getType()))
        .<Class<?>>map(RecordComponent::getType)
        .findFirst();
  }

  /** The {@link YamlForm}s of a type, one for a mapping last; most types have none. */
  static List<Method> forms(Class<?> type) {
    if (!type.isRecord()) {
      return List.of();
    }
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(YamlForm.class))
        .sorted(Comparator.comparing(Keys::isMapping))
        .toList();
  }

  /** Whether a form is written as a mapping. */
  static boolean isMapping(Method form) {
    return form.getParameterTypes()[0] == Map.class;
  }

  /** Whether a key must be there. */
  static boolean isRequired(RecordComponent component) {
    return !component.isAnnotationPresent(Default.class)
        && component.getType() != Optional.class
        && !component.isAnnotationPresent(Inline.class);
  }
}
