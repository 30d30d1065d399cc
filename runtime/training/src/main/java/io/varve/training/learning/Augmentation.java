package io.varve.training.learning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Noise;
import io.varve.training.data.feed.Augment;

/** A random change to training images that leaves what they show as it is. */
public sealed interface Augmentation {
  /** Images [B, C, H, W] changed on their device, values on their grid. */
  NDArray apply(Noise noise, NDArray images);

  /** Mirrors every other image left to right, by chance. */
  @Named("flip")
  record Flip() implements Augmentation {
    @Override
    public NDArray apply(Noise noise, NDArray images) {
      return Augment.flip(images, noise.uniform(new Shape()));
    }
  }

  /**
   * Moves each image by whole pixels.
   *
   * @param translate the largest move as a fraction of height and width, in (0, 1)
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
      return Augment.shift(images, noise.uniform(new Shape(2)), translate);
    }
  }
}
