package io.varve.model.binder;

import io.varve.model.faults.Suggestion;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.Kebab;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@code type:} can pick: components of an extension point, or the {@link Named} records of
 * another sealed interface.
 *
 * @param catalog of the components
 */
record Choices(Catalog catalog) {
  /** Whether {@code type:} picks among records where this type is expected. */
  static boolean isChoice(Class<?> type) {
    return type.isInterface()
        && (Component.class.isAssignableFrom(type)
            || (type.isSealed()
                && type.getPermittedSubclasses()[0].isAnnotationPresent(Named.class)));
  }

  /** The records by name. */
  Map<String, Class<?>> of(Class<?> point) {
    if (Component.class.isAssignableFrom(point)) {
      return catalog.components(point);
    }
    Map<String, Class<?>> choices = new TreeMap<>();
    for (Class<?> permitted : point.getPermittedSubclasses()) {
      choices.put(permitted.getAnnotation(Named.class).value(), permitted);
    }
    return choices;
  }

  /** What to say of a name that is none of them. */
  String unknown(Class<?> point, String name) {
    Set<String> known = of(point).keySet();
    String noun = Kebab.of(point.getSimpleName());
    Optional<Catalog.LeftOut> leftOut = catalog.leftOut(point, name);
    if (leftOut.isPresent()) {
      return "no %s is named '%s'; %s, which provides it, was left out: %s"
          .formatted(noun, name, leftOut.get().jar(), leftOut.get().reason());
    }
    boolean open = Component.class.isAssignableFrom(point);
    String suggestion = Suggestion.of(name, known);
    return "no %s is named '%s'; %s%s%s"
        .formatted(
            noun,
            name,
            open ? "loaded plug-ins provide: " : "known are ",
            known,
            open && suggestion.isEmpty() ? advice(name, known) : suggestion);
  }

  private static String advice(String name, Set<String> known) {
    return known.contains("constant") && name.matches("[-+]?[0-9.]+(e[-+]?[0-9]+)?")
        ? ". Write a number as {type: constant, value: " + name + "}"
        : ". Is its JAR in the plug-ins folder?";
  }
}
