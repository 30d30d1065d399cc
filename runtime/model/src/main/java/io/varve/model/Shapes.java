package io.varve.model;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shapes of everything a {@code given} can name, batch excluded, known before any array is. */
final class Shapes {
  private final Map<String, List<Shape>> known = new LinkedHashMap<>();
  private final long seed;

  /**
   * Shapes of no variable yet.
   *
   * @param seed of the fixed random choices of the parts to be built
   */
  Shapes(long seed) {
    this.seed = seed;
  }

  void put(String name, List<Shape> shapes) {
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
