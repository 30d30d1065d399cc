package io.varve.export.onnx;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/** An array of a program. */
record Value(Source source, DataType type, List<Extent> shape, Origin origin) {
  Value {
    shape = List.copyOf(shape);
  }

  /** Whether its elements are the same at every run. */
  boolean constant() {
    return source instanceof Source.Constant || source instanceof Source.Known;
  }
}
