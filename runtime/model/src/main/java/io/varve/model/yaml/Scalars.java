package io.varve.model.yaml;

import ai.djl.ndarray.types.Shape;
import io.varve.model.faults.Suggestion;
import java.lang.invoke.MethodType;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** Single YAML values as Java values. */
public final class Scalars {
  /** What Java also takes, such as {@code 1d} or a hexadecimal, is no number in YAML. */
  private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]+");

  /** One plain value, or several with commas. */
  private static final Pattern ITEMS = Pattern.compile("[\\w.+-]+(, *[\\w.+-]+)*");

  /** How a Java type is written: in words, in JSON Schema, and how its text is read. */
  private record Kind(String noun, String schema, Function<String, Object> read) {}

  private static final Map<Class<?>, Kind> KINDS =
      Map.of(
          String.class, new Kind("text", "string", text -> text),
          Path.class, new Kind("a path", "string", Path::of),
          Integer.class, new Kind("a whole number below 2^31", "integer", Integer::valueOf),
          Long.class, new Kind("a whole number below 2^63", "integer", Long::valueOf),
          Double.class, new Kind("a number", "number", Scalars::number),
          Boolean.class, new Kind("true or false", "boolean", Scalars::truth));

  private Scalars() {}

  /** Converts one value; refuses what does not fit with a line that says what was expected. */
  public static Object convert(YamlText yaml, Node node, Class<?> type, String path) {
    Kind kind = kind(type);
    String problem = "expected " + kind.noun() + ", found " + YamlText.describe(node);
    if (!(node instanceof ScalarNode scalar) || YamlText.isNothing(node)) {
      throw yaml.error(node, path, problem);
    }
    try {
      return kind.read().apply(scalar.getValue());
    } catch (NumberFormatException | InvalidPathException e) {
      List<String> known = type.isEnum() ? Kebab.constants(type) : List.of();
      throw yaml.error(node, path, problem + Suggestion.of(scalar.getValue(), known));
    }
  }

  /** What stands where a list is expected, and how to write plain values as one. */
  public static String noList(Node node) {
    String found = YamlText.describe(node);
    return node instanceof ScalarNode scalar && ITEMS.matcher(scalar.getValue()).matches()
        ? found + "; write [" + scalar.getValue() + "]"
        : found;
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

  private static Kind kind(Class<?> type) {
    if (type.isEnum()) {
      List<String> known = Kebab.constants(type);
      return new Kind("one of " + known, "string", text -> constant(type, known.indexOf(text)));
    }
    Kind kind = KINDS.get(MethodType.methodType(type).wrap().returnType());
    if (kind == null) {
      throw new IllegalStateException("no YAML is bound to " + type);
    }
    return kind;
  }

  private static Object constant(Class<?> type, int index) {
    if (index < 0) {
      throw new NumberFormatException();
    }
    return type.getEnumConstants()[index];
  }

  /** What JSON Schema calls the values of a type. */
  public static String schema(Class<?> type) {
    return kind(type).schema();
  }

  private static double number(String text) {
    double number = Double.parseDouble(text);
    if (!Double.isFinite(number) || !NUMBER.matcher(text).matches()) {
      throw new NumberFormatException();
    }
    return number;
  }

  private static boolean truth(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new NumberFormatException();
    }
    return Boolean.parseBoolean(text);
  }
}
