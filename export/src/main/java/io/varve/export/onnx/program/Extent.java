package io.varve.export.onnx.program;

import java.util.Optional;

/**
 * A size that may grow with the batch: {@code slope * B + offset}.
 *
 * @param slope how many per element of the batch
 * @param offset how many besides
 */
public record Extent(long slope, long offset) {
  /** The batch size itself. */
  public static final Extent BATCH = new Extent(1, 0);

  /** A size that does not depend on the batch. */
  public static Extent of(long size) {
    return new Extent(0, size);
  }

  /** Whether the size is the same at every batch size. */
  public boolean fixed() {
    return slope == 0;
  }

  /** The size at a batch size. */
  public long at(long batch) {
    return slope * batch + offset;
  }

  /** Whether it grows with the batch and is of this size at some batch size. */
  public boolean reaches(long size) {
    return slope != 0 && (size - offset) % slope == 0 && (size - offset) / slope >= 1;
  }

  /**
   * The extent that has these sizes at these batch sizes, if there is one with whole coefficients.
   * Two points always lie on a line, so give three or more.
   */
  public static Optional<Extent> through(long[] batches, long[] sizes) {
    long rise = sizes[1] - sizes[0];
    long run = batches[1] - batches[0];
    if (rise % run != 0) {
      return Optional.empty();
    }
    long slope = rise / run;
    Extent extent = new Extent(slope, sizes[0] - slope * batches[0]);
    for (int i = 0; i < batches.length; i++) {
      if (extent.at(batches[i]) != sizes[i]) {
        return Optional.empty();
      }
    }
    return Optional.of(extent);
  }

  /** {@code 4}, {@code B}, {@code 2*B}, {@code B+1}. */
  @Override
  public String toString() {
    if (fixed()) {
      return Long.toString(offset);
    }
    String grown = slope == 1 ? "B" : slope + "*B";
    return offset == 0 ? grown : grown + (offset > 0 ? "+" : "") + offset;
  }
}
