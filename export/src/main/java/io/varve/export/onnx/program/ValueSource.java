package io.varve.export.onnx.program;

import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;

/** Where a value of a program comes from. */
public sealed interface ValueSource {
  /** Given at each run of the graph. */
  record Input(String name) implements ValueSource {}

  /** A registered parameter. */
  record Weight(String name, NDArray array) implements ValueSource {}

  /** Made from host data; its bytes are native. */
  record Constant(ByteBuffer bytes) implements ValueSource {}

  /** The result of a step on constants only; a constant too, unless the batch changes it. */
  record Known(ByteBuffer bytes) implements ValueSource {}

  /** Given at each round of a loop. */
  record State() implements ValueSource {}

  /** The result of a step. */
  record Computed() implements ValueSource {}

  /** A copy of the elements of an array, native. */
  static ByteBuffer bytes(NDArray array) {
    ByteBuffer from = array.toByteBuffer();
    ByteBuffer copy = ByteBuffer.allocate(from.remaining()).order(from.order());
    return copy.put(from.duplicate()).flip().asReadOnlyBuffer().order(from.order());
  }
}
