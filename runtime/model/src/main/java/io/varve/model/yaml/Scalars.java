package io.varve.model.yaml;

import ai.djl.ndarray.types.Shape;
import io.varve.model.faults.Suggestion;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Single YAML values as Java values. */
public final class Scalars {
  /** What Java also takes, such as {@code 1d} or a hexadecimal, is no number in YAML. */
  private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]+");

  private Scalars() {}

  /** Converts one value; refuses what does not fit with a line that says what was expected. */
  public static Object convert(YamlText yaml, Node node, Class<?> type, String path) {
    if (!(node instanceof ScalarNode scalar) || YamlText.isNothing(node)) {
      throw yaml.error(node, path, "expected " + noun(type) + ", found " + YamlText.describe(node));
    }
    String text = scalar.getValue();
    if (type.isEnum()) {
      return constant(yaml, node, type, text, path);
    }
    try {
      return parse(type, text);
    } catch (NumberFormatException | InvalidPathException e) {
      throw yaml.error(node, path, "expected " + noun(type) + ", found " + YamlText.describe(node));
    }
  }

  /** A shape of these axes. */
  public static Shape shape(YamlText yaml, Node node, List<?> axes, String path) {
    long[] shape = axes.stream().mapToLong(Long.class::cast).toArray();
    for (long axis : shape) {
      if (axis < 1) {
        throw yaml.error(node, path, "an axis must be at least 1, not " + axis);
      }
    }
    return new Shape(shape);
  }

  private static Object parse(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    }
    if (type == Path.class) {
      return Path.of(text);
    }
    if (type == int.class || type == Integer.class) {
      return Integer.valueOf(text);
    }
    if (type == long.class || type == Long.class) {
      return Long.valueOf(text);
    }
    if (type == double.class || type == Double.class) {
      double number = Double.parseDouble(text);
      if (!Double.isFinite(number) || !NUMBER.matcher(text).matches()) {
        throw new NumberFormatException();
      }
      return number;
    }
    if (type != boolean.class && type != Boolean.class) {
      throw new IllegalStateException("no YAML is bound to " + type);
    }
    if (!text.equals("true") && !text.equals("false")) {
      throw new NumberFormatException();
    }
    return Boolean.valueOf(text);
  }

  private static String noun(Class<?> type) {
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    if (type == int.class || type == Integer.class) {
      return "a whole number below 2^31";
    }
    if (type == long.class || type == Long.class) {
      return "a whole number below 2^63";
    }
    if (type.isEnum()) {
      return "one of " + Kebab.constants(type);
    }
    return type == Path.class ? "a path" : "text";
  }

  private static Object constant(
      YamlText yaml, Node node, Class<?> type, String text, String path) {
    for (Object constant : type.getEnumConstants()) {
      if (Kebab.of((Enum<?>) constant).equals(text)) {
        return constant;
      }
    }
    List<String> known = Kebab.constants(type);
    throw yaml.error(
        node,
        path,
        "expected one of " + known + ", found '" + text + "'" + Suggestion.of(text, known));
  }
}
