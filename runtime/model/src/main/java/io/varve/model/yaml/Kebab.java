package io.varve.model.yaml;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How YAML spells the names of Java: in lower case, words joined by hyphens. */
public final class Kebab {
  private Kebab() {}

  /** {@code importanceSamples} as {@code importance-samples}. */
  public static String of(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** The constants of an enum in order, {@code SOFTPLUS_ELU} as {@code softplus-elu}. */
  public static List<String> constants(Class<?> enumType) {
    return Arrays.stream(enumType.getEnumConstants())
        .map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }
}
