package io.varve.inference.graph;

/** How large a graph may be. Models of the size that papers tell of stay far below. */
final class Limits {
  /** Axes of a value. */
  static final int RANK = 16;

  /** Elements of a value. */
  static final long ELEMENTS = 1L << 30;

  /** Bytes of the values that are needed at once, for each row of the batch. */
  static final long BYTES_PER_ROW = 128L << 20;

  /** Bytes more for each byte of weights: masks are as large as the kernels that they are for. */
  static final long BYTES_PER_WEIGHT = 8;

  /**
   * Products of one node for each row of the batch: about a second of one core, during which
   * nothing can stop it.
   */
  static final long WORK_PER_ROW = 1L << 36;

  /**
   * Products of all nodes together that depend on no input. ONNX Runtime computes them while it
   * opens a graph, and nothing can stop that.
   */
  static final long CONSTANT_WORK = 1L << 34;

  /** Rounds of loops, one in the other. */
  static final long ROUNDS = 1L << 20;

  /** Graphs within graphs. */
  static final int DEPTH = 4;

  /** The batch sizes at which a graph is looked at. */
  static final long[] BATCHES = {2, 64};

  private Limits() {}
}
