package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;

/** Where a value of a program comes from. */
sealed interface Source {
  /** Given at each run of the graph. */
  record Input(String name) implements Source {}

  /** A registered parameter. */
  record Weight(String name, NDArray array) implements Source {}

  /** Made from host data; its bytes are native. */
  record Constant(ByteBuffer bytes) implements Source {}

  /** The result of a step on constants only; a constant too, unless the batch changes it. */
  record Known(ByteBuffer bytes) implements Source {}

  /** Given at each round of a loop. */
  record State() implements Source {}

  /** The result of a step. */
  record Computed() implements Source {}

  /** A copy of the elements of an array, native. */
  static ByteBuffer bytes(NDArray array) {
    ByteBuffer from = array.toByteBuffer();
    ByteBuffer copy = ByteBuffer.allocate(from.remaining()).order(from.order());
    return copy.put(from.duplicate()).flip().asReadOnlyBuffer().order(from.order());
  }
}
