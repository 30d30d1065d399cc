package io.varve.export.onnx.program;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/** An array of a program. */
public record Value(ValueSource source, DataType type, List<Extent> shape, Origin origin) {
  public Value {
    shape = List.copyOf(shape);
  }

  /** Whether its elements are the same at every run. */
  public boolean constant() {
    return source instanceof ValueSource.Constant || source instanceof ValueSource.Known;
  }
}
