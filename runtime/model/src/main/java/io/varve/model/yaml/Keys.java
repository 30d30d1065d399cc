package io.varve.model.yaml;

import io.varve.model.binder.Binder;
import io.varve.spi.Default;
import io.varve.spi.Inline;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the components of a record are spelt as YAML keys. */
public final class Keys {
  private Keys() {}

  /** {@code importanceSamples} as {@code importance-samples}. */
  public static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** {@code SOFTPLUS_ELU} as {@code softplus-elu}. */
  public static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static List<String> kebab(Class<?> enumType) {
    return Arrays.stream(enumType.getEnumConstants()).map(c -> kebab((Enum<?>) c)).toList();
  }

  /** The keys of a record that stand in its own mapping, those of inlined records apart. */
  public static List<String> own(Class<?> record) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (!component.isAnnotationPresent(Inline.class)) {
        keys.add(kebab(component.getName()));
      }
    }
    return keys;
  }

  /** The keys that may stand in a record's mapping, those of inlined records with them. */
  public static List<String> known(Class<?> record) {
    List<String> known = own(record);
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Inline.class) && component.getType().isRecord()) {
        known.addAll(own(component.getType()));
      }
    }
    return known;
  }

  /** Whether a record takes in keys that only its choice of {@code type} knows. */
  public static boolean inlinesChoice(Class<?> record) {
    return Arrays.stream(record.getRecordComponents())
        .anyMatch(c -> c.isAnnotationPresent(Inline.class) && Binder.isChoice(c.getType()));
  }

  public static boolean isRequired(RecordComponent component) {
    return !component.isAnnotationPresent(Default.class)
        && component.getType() != Optional.class
        && !component.isAnnotationPresent(Inline.class);
  }
}
