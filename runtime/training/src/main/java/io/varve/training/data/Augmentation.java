package io.varve.training.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Noise;
import io.varve.spi.Ops;

/**
 * A random change to training images that leaves what they show as it is. It happens on the device
 * without asking the host anything. Pixels are moved, never blended, so that values stay on their
 * grid.
 */
public sealed interface Augmentation {
  /** Images [B, C, H, W] of any type, changed. */
  NDArray apply(Noise noise, NDArray images);

  /** Mirrors every other image left to right, by chance. */
  @Named("flip")
  record Flip() implements Augmentation {
    @Override
    public NDArray apply(Noise noise, NDArray images) {
      return mirror(images, noise.uniform(new Shape()));
    }

    /** Mirrors each image where its number in [0, 1), of [B], is below 1/2. */
    static NDArray mirror(NDArray images, NDArray uniform) {
      Shape perImage = new Shape(images.getShape().get(0), 1, 1, 1);
      NDArray half = Ops.constant(uniform, 0.5);
      NDArray mirrored = uniform.lt(half).toType(images.getDataType(), false).reshape(perImage);
      NDArray kept = uniform.gte(half).toType(images.getDataType(), false).reshape(perImage);
      return images.flip(3).mul(mirrored).add(images.mul(kept));
    }
  }

  /**
   * Moves each image by whole pixels, all offsets equally likely; what moves in repeats the border.
   *
   * @param translate the largest move as a fraction of height and width, in (0, 1), rounded to
   *     whole pixels; 0.05 for CIFAR-10 is 2 of 32
   */
  @Named("affine")
  record Affine(@Default("0.05") double translate) implements Augmentation {
    /** Checks the key. */
    public Affine {
      if (!(translate > 0 && translate < 1)) {
        throw new IllegalArgumentException("'translate' must lie in (0, 1), not " + translate);
      }
    }

    @Override
    public NDArray apply(Noise noise, NDArray images) {
      return shift(images, noise.uniform(new Shape(2)));
    }

    /** Moves each image down and to the right by what its two numbers in [0, 1), of [B, 2], say. */
    NDArray shift(NDArray images, NDArray uniform) {
      Shape shape = images.getShape();
      NDArray[] parts = uniform.split(2, 1).toArray(NDArray[]::new);
      NDArray rows = sources(parts[0], (int) shape.get(2)).reshape(shape.get(0), 1, -1, 1);
      NDArray columns = sources(parts[1], (int) shape.get(3)).reshape(shape.get(0), 1, 1, -1);
      return images.gather(rows.broadcast(shape), 2).gather(columns.broadcast(shape), 3);
    }

    /** Which line each line of the result is a copy of, int64 [B, side]. */
    private NDArray sources(NDArray uniform, int side) {
      NDManager manager = uniform.getManager();
      int most = (int) Math.round(side * translate);
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
}
