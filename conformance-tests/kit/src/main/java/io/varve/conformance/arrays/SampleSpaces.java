package io.varve.conformance.arrays;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The spaces and shapes that examples are tried on, small ones first. An example does not say which
 * it is for.
 */
public final class SampleSpaces {
  /** Images, the smallest first. */
  public static final List<Shape> IMAGES =
      shapes("1x4x4 3x4x4 1x8x8 3x8x8 2x16x16 1x28x28 3x32x32");

  /** Events of latents, and what flows map: vectors, then images. */
  public static final List<Shape> EVENTS = shapes("3 1 4 6 1x4x4 2x4x4 4x4x4 3x8x8 2x16x16");

  /** What distributions live on: single numbers, few numbers, images. */
  private static final List<Shape> OF_FAMILIES =
      shapes(
          "1 1x1x1 3 2 4 6 2x1x1 3x1x1 1x2x2 3x2x2 2x4x4 1x4x4 3x8x8 2x16x16 1x28x28 3x32x32 48");

  private SampleSpaces() {}

  /** Shapes as {@code 3 1x4x4}: a vector of three numbers, and an image. */
  public static List<Shape> shapes(String words) {
    return Stream.of(words.split(" "))
        .map(word -> Stream.of(word.split("x")).mapToLong(Long::parseLong).toArray())
        .map(Shape::new)
        .toList();
  }

  /** The spaces that data come in: 256 levels, binary, or real numbers where dequantised. */
  public static List<Space> data() {
    return spaces(IMAGES, 256, 2, 0);
  }

  /** Images of every shape with so many levels each, shape by shape. */
  public static List<Space> images(int... levels) {
    return spaces(IMAGES, levels);
  }

  /** The spaces that families are tried on, real ones first. */
  public static List<Space> ofFamilies() {
    List<Space> spaces = new ArrayList<>();
    for (int levels : new int[] {0, 2, 4, 256}) {
      spaces.addAll(spaces(OF_FAMILIES, levels));
    }
    return spaces;
  }

  private static List<Space> spaces(List<Shape> shapes, int... levels) {
    List<Space> spaces = new ArrayList<>();
    for (Shape shape : shapes) {
      for (int each : levels) {
        spaces.add(new Space(shape, each));
      }
    }
    return spaces;
  }

  /** A vector of twice the numbers, or an image of twice the height and width. */
  public static Shape larger(Shape shape) {
    long[] axes = shape.getShape().clone();
    for (int i = axes.length == 3 ? 1 : 0; i < axes.length; i++) {
      axes[i] *= 2;
    }
    return new Shape(axes);
  }

  /** A space in words, as {@code [3, 4, 4] of 256 levels}. */
  public static String words(Space space) {
    String levels = space.levels() == 0 ? "real values" : space.levels() + " levels";
    return "%s of %s".formatted(Arrays.toString(space.shape().getShape()), levels);
  }
}
