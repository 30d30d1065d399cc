package io.varve.training;

import io.varve.training.data.Split;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The first images of a split. */
record Limited(Split all, int size) implements Split {
  /** The first so many images, or all where there are fewer. */
  static Split to(Split split, int images) {
    return images < split.size() ? new Limited(split, images) : split;
  }

  /** The split as it is where no limit is set. */
  static Split to(Split split, Optional<Integer> images) {
    return images.map(n -> to(split, n)).orElse(split);
  }

  @Override
  public int[] shape() {
    return all.shape();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    all.read(index, into, offset);
  }

  @Override
  public Optional<ByteBuffer> memory() {
    return all.memory().map(b -> b.slice(0, size * imageBytes()));
  }
}
