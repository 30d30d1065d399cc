package io.varve.training.data.set;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The first images of a split. */
record FirstImages(Split all, int size) implements Split {
  @Override
  public int[] shape() {
    return all.shape();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    all.read(index, into, offset);
  }

  @Override
  public List<Item> items() {
    return all.items().isEmpty() ? List.of() : all.items().subList(0, size);
  }

  @Override
  public Check check() {
    return all.check();
  }

  @Override
  public Optional<DensityGrid> density() {
    return all.density();
  }

  @Override
  public Optional<ByteBuffer> memory() {
    return all.memory().map(b -> b.slice(0, size * imageBytes()));
  }
}
