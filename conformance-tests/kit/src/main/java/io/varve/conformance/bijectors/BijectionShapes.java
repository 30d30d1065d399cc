package io.varve.conformance.bijectors;

import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.SampleSpaces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a bijection maps and reads, batch excluded.
 *
 * @param event the shape of what it maps
 * @param context the shapes of what it reads
 */
public record BijectionShapes(Shape event, List<Shape> context) {
  /** Cheapest first; some bijectors want an even number of values, some images. */
  static final List<Shape> EVENTS = SampleSpaces.shapes("4 6 3 1");

  static final List<Shape> IMAGES = SampleSpaces.shapes("2x2x2 1x4x4 3x4x4 4x4x4 3x8x8");

  static final List<Shape> LARGER = SampleSpaces.shapes("8 12 2x8x8 3x16x16");

  static final List<Shape> NONE = List.of();
  static final List<Shape> ONE = SampleSpaces.shapes("3");
  static final List<Shape> TWO = SampleSpaces.shapes("3 5");

  /** Whatever a bijector may be asked to map, which it may refuse. */
  public static List<BijectionShapes> all() {
    List<BijectionShapes> all = new ArrayList<>();
    for (Shape event : Stream.concat(EVENTS.stream(), IMAGES.stream()).toList()) {
      for (List<Shape> context : List.of(NONE, ONE, TWO, List.of(event))) {
        all.add(new BijectionShapes(event, context));
      }
    }
    return all;
  }

  /** In words, as {@code [4] given [3]}. */
  @Override
  public String toString() {
    String of = Arrays.toString(event.getShape());
    return context.isEmpty()
        ? of
        : of
            + context.stream()
                .map(shape -> Arrays.toString(shape.getShape()))
                .collect(Collectors.joining(", ", " given ", ""));
  }
}
