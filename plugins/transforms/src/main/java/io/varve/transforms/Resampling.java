package io.varve.transforms;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Weighted means along the rows and then along the columns of an image, each rounded to the nearest
 * level, a tie upwards, and held on the grid: two matrix products whatever the size.
 *
 * <p>Weights and values are whole numbers whose sums stay below 2^21, where single precision knows
 * every quarter: each product is exact whatever the order of its terms, and every machine rounds to
 * the same level.
 */
final class Resampling {
  private Resampling() {}

  /**
   * Maps [B, C, H, W] to [B, C, rows, columns].
   *
   * @param weights the weights of every place of the result over the places of an axis of this size
   */
  static NDArray apply(NDArray x, Space space, IntFunction<int[][]> weights) {
    int[][] vertical = weights.apply((int) space.shape().get(1));
    int[][] horizontal = weights.apply((int) space.shape().get(2));
    double top = space.levels() - 1.0;
    NDArray across = matrix(x, horizontal).transpose();
    NDArray wide = rounded(x.matMul(across), sums(x, horizontal), top);
    return rounded(matrix(x, vertical).matMul(wide), sums(x, vertical).expandDims(1), top);
  }

  /** floor(sum / weight + ½); the quarter keeps the quotient clear of the whole numbers. */
  private static NDArray rounded(NDArray sum, NDArray weight, double top) {
    NDArray half = weight.mul(constant(sum, 0.5)).add(constant(sum, 0.25));
    return clip(sum.add(half).div(weight).floor(), 0, top);
  }

  private static NDArray matrix(NDArray like, int[][] weights) {
    Shape shape = new Shape(weights.length, weights[0].length);
    return array(like, Arrays.stream(weights).flatMapToInt(Arrays::stream).toArray(), shape);
  }

  private static NDArray sums(NDArray like, int[][] weights) {
    int[] sums = Arrays.stream(weights).mapToInt(row -> Arrays.stream(row).sum()).toArray();
    return array(like, sums, new Shape(sums.length));
  }

  private static NDArray array(NDArray like, int[] values, Shape shape) {
    return like.getManager().create(values, shape).toType(like.getDataType(), false);
  }

  /** Refuses, in the name of a transform, what is no image of 2 to 256 levels. */
  static void requireImage(String transform, Space x) {
    if (x.shape().dimension() != 3) {
      throw new IllegalArgumentException(
          "'%s' needs an image [C, H, W], but the variable has the shape %s"
              .formatted(transform, x.shape()));
    }
    if (x.levels() < 2 || x.levels() > 256) {
      throw new IllegalArgumentException(
          "'%s' needs a variable of 2 to 256 levels, but this one has %s"
              .formatted(transform, x.levels() == 0 ? "real values" : x.levels()));
    }
  }
}
