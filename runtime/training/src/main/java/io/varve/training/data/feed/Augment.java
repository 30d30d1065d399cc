package io.varve.training.data.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Ops;

/**
 * Random changes to a batch on its device, without asking the host anything. Randomness comes in as
 * U[0, 1) arrays, so that whoever seeds them decides; pixels are moved, never blended, so that
 * values stay on their grid.
 */
public final class Augment {
  private Augment() {}

  /**
   * Mirrors each image left to right where its uniform is below 1/2.
   *
   * @param images [B, C, H, W] of any type
   * @param uniform float [B]
   */
  public static NDArray flip(NDArray images, NDArray uniform) {
    Shape perImage = new Shape(images.getShape().get(0), 1, 1, 1);
    NDArray half = Ops.constant(uniform, 0.5);
    NDArray mirrored = uniform.lt(half).toType(images.getDataType(), false).reshape(perImage);
    NDArray kept = uniform.gte(half).toType(images.getDataType(), false).reshape(perImage);
    return images.flip(3).mul(mirrored).add(images.mul(kept));
  }

  /**
   * Moves each image by whole pixels, up to {@code fraction} of its height and width in each
   * direction, all offsets equally likely; what moves in repeats the border.
   *
   * @param images [B, C, H, W] of any type
   * @param uniform float [B, 2]: down and to the right
   * @param fraction the largest move, rounded to whole pixels; 0.05 for CIFAR-10 is 2 of 32
   */
  public static NDArray shift(NDArray images, NDArray uniform, double fraction) {
    Shape shape = images.getShape();
    NDArray[] parts = uniform.split(2, 1).toArray(NDArray[]::new);
    NDArray rows = sources(parts[0], (int) shape.get(2), fraction).reshape(shape.get(0), 1, -1, 1);
    NDArray columns =
        sources(parts[1], (int) shape.get(3), fraction).reshape(shape.get(0), 1, 1, -1);
    return images.gather(rows.broadcast(shape), 2).gather(columns.broadcast(shape), 3);
  }

  /** Which line each line of the result is a copy of, int64 [B, side]. */
  private static NDArray sources(NDArray uniform, int side, double fraction) {
    NDManager manager = uniform.getManager();
    int most = (int) Math.round(side * fraction);
    NDArray offset =
        uniform
            .mul(Ops.constant(uniform, 2 * most + 1))
            .floor()
            .sub(Ops.constant(uniform, most))
            .toType(DataType.INT64, false);
    NDArray lines = manager.arange(0, side, 1, DataType.INT64);
    NDArray moved = lines.sub(offset); // [side] - [B, 1]
    NDArray first = Ops.constant(moved, 0);
    return NDArrays.minimum(NDArrays.maximum(moved, first), Ops.constant(moved, side - 1));
  }
}
