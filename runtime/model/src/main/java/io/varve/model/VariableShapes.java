package io.varve.model;

import ai.djl.ndarray.types.Shape;
import io.varve.model.faults.Suggestion;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The shapes of everything a {@code given} can name, batch excluded, known before any array is. */
final class VariableShapes {
  /** Numbers in one array of one event: a picture of 4,729 x 4,729 in three colours. */
  private static final long MOST = 1L << 26;

  private final Map<String, List<Shape>> known = new LinkedHashMap<>();
  private final long seed;

  /**
   * Shapes of no variable yet.
   *
   * @param seed of the fixed random choices of the parts to be built
   */
  VariableShapes(long seed) {
    this.seed = seed;
  }

  /**
   * Makes the shapes of a name known.
   *
   * @throws IllegalArgumentException if one is so large that no machine could hold a batch of it
   */
  void put(String name, List<Shape> shapes) {
    for (Shape shape : shapes) {
      double size = Arrays.stream(shape.getShape()).asDoubleStream().reduce(1, (a, b) -> a * b);
      if (size > MOST) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: an array of shape %s has %.3g numbers; expected at most %,d, make it smaller",
                name,
                shape,
                size,
                MOST));
      }
    }
    known.put(name, List.copyOf(shapes));
  }

  /** The shapes that reading these names yields, in order. */
  List<Shape> of(List<String> names, String reader) {
    List<Shape> shapes = new ArrayList<>();
    for (String name : names) {
      List<Shape> found = known.get(name);
      if (found == null) {
        throw new IllegalArgumentException(
            "%s: 'given' names '%s', which is no variable of this model; it has %s%s"
                .formatted(reader, name, known.keySet(), Suggestion.of(name, known.keySet())));
      }
      shapes.addAll(found);
    }
    return shapes;
  }

  /** A place in the model, with a seed of its own. */
  Site site(String path) {
    return new Site(path, seed * 0x9E3779B97F4A7C15L + path.hashCode());
  }
}
