package io.varve.training.data.feed;

import io.varve.training.data.set.Split;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * The images of a split in a given order, {@code batch} at a time: uint8, [B, C, H, W] flattened;
 * the last batch is shorter where the order does not divide. Images that lie in files are decoded
 * on all cores.
 */
final class Batches implements Iterator<byte[]> {
  private final Split split;
  private final int[] order;
  private final int batch;
  private int cursor;

  /** Batches of {@code order[from]}, {@code order[from + 1]}, ... */
  Batches(Split split, int[] order, int from, int batch) {
    if (batch < 1 || from < 0 || from > order.length) {
      throw new IllegalArgumentException(
          "batch must be at least 1 and the cursor within 0..%d, found %d and %d"
              .formatted(order.length, batch, from));
    }
    this.split = split;
    this.order = order.clone();
    this.cursor = from;
    this.batch = batch;
  }

  @Override
  public boolean hasNext() {
    return cursor < order.length;
  }

  /**
   * The next batch; the caller owns the array.
   *
   * @throws IllegalArgumentException if an image cannot be read
   */
  @Override
  public byte[] next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all " + order.length + " images have been handed out");
    }
    int from = cursor;
    int count = Math.min(batch, order.length - from);
    int imageBytes = split.imageBytes();
    byte[] images = new byte[Math.multiplyExact(count, imageBytes)];
    if (split.memory().isPresent()) {
      for (int i = 0; i < count; i++) {
        split.read(order[from + i], images, i * imageBytes);
      }
    } else {
      decode(from, count, images);
    }
    cursor += count;
    return images;
  }

  /** A parallel stream rethrows a copy of what a task threw; users are to see the original. */
  private void decode(int from, int count, byte[] images) {
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    int imageBytes = split.imageBytes();
    IntStream.range(0, count)
        .parallel()
        .filter(i -> failure.get() == null)
        .forEach(
            i -> {
              try {
                split.read(order[from + i], images, i * imageBytes);
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              }
            });
    if (failure.get() != null) {
      throw failure.get();
    }
  }
}
