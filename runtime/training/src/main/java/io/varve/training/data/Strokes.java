package io.varve.training.data;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.training.data.drawn.Scribble;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.KeyedRandom;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Handwritten-looking digits and free pen strokes, drawn here: white on black, [1, size, size]. A
 * data set that needs no download. Image i of a seed is the same on every machine.
 *
 * @param count training images
 * @param testCount test images
 * @param size height and width in pixels
 * @param seed chooses the images
 */
@Named("strokes")
public record Strokes(
    @Default("10000") int count,
    @Default("2000") int testCount,
    @Default("28") int size,
    @Default("0") long seed)
    implements Source {
  private static final int MIN_SIZE = 8;
  private static final int MAX_SIZE = 1024;

  /** Checks the keys. */
  public Strokes {
    if (count < 1 || testCount < 1) {
      throw new IllegalArgumentException(
          "count and test-count must be at least 1, found %d and %d".formatted(count, testCount));
    }
    if (size < MIN_SIZE || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "size must be %d to %d pixels, found %d".formatted(MIN_SIZE, MAX_SIZE, size));
    }
    long bytes = (long) Math.max(count, testCount) * size * size;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "count times size squared must be at most %d bytes, found %d"
              .formatted(Integer.MAX_VALUE, bytes));
    }
  }

  @Override
  public Splits open() {
    return new Splits(draw(count, 0), draw(testCount, 1));
  }

  private Split draw(int images, int part) {
    int pixels = size * size;
    ByteBuffer all = ByteBuffer.allocateDirect(images * pixels);
    IntStream.range(0, images)
        .parallel()
        .forEach(i -> all.put(i * pixels, Scribble.draw(size, KeyedRandom.of(seed, part, i))));
    return new InMemory(new int[] {1, size, size}, all);
  }
}
