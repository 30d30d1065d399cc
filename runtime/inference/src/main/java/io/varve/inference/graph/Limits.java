package io.varve.inference.graph;

/** How large a graph may be. Models of the size that papers tell of stay far below. */
final class Limits {
  /** Axes of a value. */
  static final int RANK = 16;

  /** Elements of a value. */
  static final long ELEMENTS = 1L << 30;

  /** Bytes of the values that are needed at once, for each row of the batch. */
  static final long BYTES_PER_ROW = 128L << 20;

  /** Rounds of loops, one in the other. */
  static final long ROUNDS = 1L << 20;

  /** Graphs within graphs. */
  static final int DEPTH = 4;

  /** The batch sizes at which a graph is looked at. */
  static final long[] BATCHES = {2, 64};

  private Limits() {}
}
