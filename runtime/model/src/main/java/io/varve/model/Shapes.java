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

  void put(String name, List<Shape> shapes) {
    if (known.put(name, List.copyOf(shapes)) != null) {
      throw new IllegalArgumentException(
          "two variables are named '" + name + "'; give each its own name");
    }
  }

  /** The shapes that reading these names yields, in order. */
  List<Shape> of(List<String> names, String reader) {
    List<Shape> shapes = new ArrayList<>();
    for (String name : names) {
      List<Shape> found = known.get(name);
      if (found == null) {
        throw new IllegalArgumentException(
            reader
                + ": 'given' names '"
                + name
                + "', which is no variable of this model; it has "
                + known.keySet()
                + Suggestion.of(name, known.keySet()));
      }
      shapes.addAll(found);
    }
    return shapes;
  }

  /** A place below another, with a seed of its own. */
  static Site site(Site parent, String child) {
    String path = parent.path() + child;
    long seed = parent.seed() * 0x9E3779B97F4A7C15L + path.hashCode();
    return new Site(path, seed);
  }
}
