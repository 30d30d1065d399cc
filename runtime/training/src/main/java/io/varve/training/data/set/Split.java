package io.varve.training.data.set;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Images of one shape, uint8 (0..255) and planar [C, H, W], addressed by index; thread-safe. */
public interface Split {
  /** How many images there are, at least 1. */
  int size();

  /** The shape of one image, [C, H, W]; the caller owns the array. */
  int[] shape();

  /**
   * Writes image {@code index} to {@code into} from {@code offset} on, {@link #imageBytes} bytes.
   *
   * @throws IllegalArgumentException if the image's file cannot be read or has another shape
   */
  void read(int index, byte[] into, int offset);

  /**
   * All images back to back in a direct buffer, where the split keeps them in memory; read-only.
   */
  default Optional<ByteBuffer> memory() {
    return Optional.empty();
  }

  /** The density that the images, pairs of bytes, are drawn from, where it is known. */
  default Optional<DensityGrid> density() {
    return Optional.empty();
  }

  /** The files of the images, in the same order; none where images are not files of their own. */
  default List<Item> items() {
    return List.of();
  }

  /**
   * Reads every image once, so that a damaged one is found before anything is begun.
   *
   * @throws IllegalArgumentException one line that names the first image that cannot be used
   */
  default Check check() {
    return Check.NOTHING;
  }

  /** The first so many images, or all where there are fewer. */
  default Split first(int images) {
    return images < size() ? new FirstImages(this, images) : this;
  }

  /** The bytes of one image: C times H times W. */
  default int imageBytes() {
    int[] shape = shape();
    return Math.multiplyExact(Math.multiplyExact(shape[0], shape[1]), shape[2]);
  }

  /** The bytes of all images. */
  default long bytes() {
    return (long) size() * imageBytes();
  }
}
