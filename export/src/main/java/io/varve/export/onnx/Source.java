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

  /** The result of a step. */
  record Computed() implements Source {}
}
