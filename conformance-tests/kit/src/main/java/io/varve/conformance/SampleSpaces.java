package io.varve.conformance;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What examples are tried on, as they do not say which shapes they are for; small ones first. */
final class SampleSpaces {
  /** Images, the smallest first. */
  static final List<Shape> IMAGES =
      List.of(
          new Shape(1, 4, 4),
          new Shape(3, 4, 4),
          new Shape(1, 8, 8),
          new Shape(3, 8, 8),
          new Shape(2, 16, 16),
          new Shape(1, 28, 28),
          new Shape(3, 32, 32));

  /** Events of latents, and what flows map: vectors, then images. */
  static final List<Shape> EVENTS =
      List.of(
          new Shape(3),
          new Shape(1),
          new Shape(4),
          new Shape(6),
          new Shape(1, 4, 4),
          new Shape(2, 4, 4),
          new Shape(4, 4, 4),
          new Shape(3, 8, 8),
          new Shape(2, 16, 16));

  private SampleSpaces() {}

  /** The spaces that data come in: 256 levels, binary, or real numbers where dequantised. */
  static List<Space> data() {
    return spaces(256, 2, 0);
  }

  /** Images of every shape with so many levels each, shape by shape. */
  static List<Space> spaces(int... levels) {
    List<Space> spaces = new ArrayList<>();
    for (Shape shape : IMAGES) {
      for (int each : levels) {
        spaces.add(new Space(shape, each));
      }
    }
    return spaces;
  }

  /** A vector of twice the numbers, or an image of twice the height and width. */
  static Shape larger(Shape shape) {
    long[] axes = shape.getShape().clone();
    for (int i = axes.length == 3 ? 1 : 0; i < axes.length; i++) {
      axes[i] *= 2;
    }
    return new Shape(axes);
  }

  /** A space in words, as {@code [3, 4, 4] of 256 levels}. */
  static String words(Space space) {
    String levels = space.levels() == 0 ? "real values" : space.levels() + " levels";
    return "%s of %s".formatted(Arrays.toString(space.shape().getShape()), levels);
  }
}
