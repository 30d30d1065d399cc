package io.varve.conformance.records;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values that a key of a component may not be able to work with (rule J8). */
final class BadValues {
  /**
   * One of them.
   *
   * @param key which key gets it, as Java spells it
   * @param words the value for messages
   * @param buildable whether something may be built with it, if the constructor takes it; not so
   *     where that would take all memory
   */
  record Bad(String key, Object value, String words, boolean buildable) {
    /** Whether a refusal says which value it found; of lists and texts only that there is one. */
    boolean isNamedIn(String message) {
      if (!(value instanceof Number number)) {
        return true;
      }
      String whole = words.replaceFirst("\\.0$", "");
      boolean plain = message.contains(whole) || message.contains(words);
      return plain || message.contains(String.valueOf(number.floatValue()));
    }
  }

  private BadValues() {}

  /** Bad values for every key of a component that is a number, a text or a list. */
  static List<Bad> of(RecordValues values) {
    List<Bad> bad = new ArrayList<>();
    for (RecordComponent key : values.keys()) {
      for (Object value : of(key.getGenericType())) {
        boolean large = isLarge(value);
        bad.add(new Bad(key.getName(), value, words(value), !large));
      }
    }
    return bad;
  }

  private static List<Object> of(Type type) {
    if (type == int.class || type == Integer.class) {
      return List.of(-1, 0, Integer.MAX_VALUE);
    } else if (type == long.class || type == Long.class) {
      return List.of(-1L, 0L, Long.MAX_VALUE);
    } else if (type == double.class || type == Double.class) {
      return List.of(-1.0, 0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE);
    } else if (type == float.class || type == Float.class) {
      return List.of(-1f, 0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE);
    } else if (type == String.class) {
      return List.of("", "no such thing");
    }
    return type instanceof ParameterizedType generic ? wrapped(generic) : List.of();
  }

  private static List<Object> wrapped(ParameterizedType type) {
    List<Object> inner = of(type.getActualTypeArguments()[0]);
    List<Object> values = new ArrayList<>();
    if (type.getRawType() == List.class) {
      values.add(List.of());
      inner.forEach(each -> values.add(List.of(each)));
    } else if (type.getRawType() == Optional.class) {
      values.add(Optional.empty());
      inner.forEach(each -> values.add(Optional.of(each)));
    }
    return values;
  }

  private static boolean isLarge(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().anyMatch(BadValues::isLarge);
    }
    if (value instanceof Optional<?> optional) {
      return optional.filter(BadValues::isLarge).isPresent();
    }
    return value instanceof Number number && number.doubleValue() >= Integer.MAX_VALUE;
  }

  private static String words(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(BadValues::words).orElse("nothing");
    }
    return value instanceof String text ? "'" + text + "'" : String.valueOf(value);
  }
}
