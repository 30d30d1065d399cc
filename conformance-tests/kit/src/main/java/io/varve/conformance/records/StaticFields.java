package io.varve.conformance.records;

import io.varve.conformance.jars.JarContents;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The static fields of a JAR's classes, and what they hold (rule J11). */
final class StaticFields {
  private final List<Field> fields = new ArrayList<>();

  private StaticFields() {}

  /** Those of every class of a JAR that this class's loader can load. */
  static StaticFields of(Class<?> type, Path jar) {
    StaticFields found = new StaticFields();
    if (Files.isRegularFile(jar)) {
      for (String entry : JarContents.read(jar).classes().keySet()) {
        found.add(entry, type.getClassLoader());
      }
    }
    return found;
  }

  private void add(String entry, ClassLoader loader) {
    String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
    try {
      for (Field field : Class.forName(name, false, loader).getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
          fields.add(field);
        }
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      return; // entries for later versions of Java, and what J5 says of classes that do not load
    }
  }

  /** What each holds, in words that differ where the content does. */
  Map<String, String> content() {
    Map<String, String> content = new TreeMap<>();
    for (Field field : fields) {
      try {
        String name = field.getDeclaringClass().getName() + "." + field.getName();
        content.put(name, words(field.get(null)));
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(field + " was made accessible", e);
      }
    }
    return content;
  }

  private static String words(Object value) {
    if (value instanceof Map<?, ?> map) {
      return words(map.keySet()) + words(map.values());
    }
    if (value instanceof Collection<?> items) {
      StringBuilder words = new StringBuilder("[");
      items.forEach(item -> words.append(System.identityHashCode(item)).append(' '));
      return words.append(']').toString();
    }
    if (value != null && value.getClass().isArray()) {
      StringBuilder words = new StringBuilder("[");
      for (int i = 0; i < Array.getLength(value); i++) {
        words.append(words(Array.get(value, i))).append(' ');
      }
      return words.append(']').toString();
    }
    boolean plain = value instanceof Number || value instanceof CharSequence;
    return plain || value instanceof Boolean
        ? value.toString()
        : String.valueOf(System.identityHashCode(value));
  }
}
