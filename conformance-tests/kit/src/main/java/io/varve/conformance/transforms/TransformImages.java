package io.varve.conformance.transforms;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.spi.Space;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Data of a space that show what a transform does: black, white, every level, noise, and pictures
 * as smooth as photographs, with edges.
 */
final class TransformImages {
  /** Rows that do not depend on the number of levels: the extremes, three of noise, a picture. */
  private static final int FIXED = 6;

  /** More levels than these are sampled. */
  private static final int LEVELS = 256;

  private TransformImages() {}

  /** How many rows {@link #of} has for a space. */
  static int count(Space space) {
    return FIXED + Math.min(space.levels(), LEVELS);
  }

  /** The rows, [count, event]. */
  static NDArray of(NDManager manager, DataType type, Space space) {
    int rows = count(space);
    int size = Math.toIntExact(space.shape().size());
    double[] values = new double[rows * size];
    for (int row = 0; row < rows; row++) {
      IntToDoubleFunction shade = row(space, row);
      for (int i = 0; i < size; i++) {
        values[row * size + i] = onGrid(space, shade.applyAsDouble(i));
      }
    }
    return Numbers.array(manager, type, values, new Shape(rows).addAll(space.shape()));
  }

  /** The shades of a row by element, from 0 for black to 1 for white. */
  private static IntToDoubleFunction row(Space space, int row) {
    SplittableRandom random = new SplittableRandom(row);
    return switch (row) {
      case 0 -> i -> 0;
      case 1 -> i -> 1;
      case 2, 3, 4 -> i -> random.nextDouble();
      case 5 -> i -> picture(space.shape(), i);
      default -> i -> (row - FIXED) / (Math.min(space.levels(), LEVELS) - 1.0);
    };
  }

  /** A slow wave, darker beyond an edge, and other phases for other channels. */
  private static double picture(Shape shape, int i) {
    long width = shape.dimension() == 0 ? 1 : shape.get(shape.dimension() - 1);
    long x = i % width;
    long y = i / width;
    double wave = 0.5 + 0.45 * Math.sin(0.4 * x + 0.15 * y);
    return x > width / 2 ? 0.3 * wave : wave;
  }

  private static double onGrid(Space space, double shade) {
    return space.levels() == 0
        ? 4 * shade - 2
        : Math.min(space.levels() - 1, Math.floor(shade * (space.levels() - 1) + 0.5));
  }
}
