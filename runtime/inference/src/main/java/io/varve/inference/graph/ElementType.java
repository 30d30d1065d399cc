package io.varve.inference.graph;

import java.util.Arrays;
import java.util.Optional;

/** The types of elements that graphs of bundles have. */
public enum ElementType {
  FLOAT32(1, 4, "F32"),
  UINT8(2, 1, "U8"),
  INT8(3, 1, "I8"),
  INT32(6, 4, "I32"),
  INT64(7, 8, "I64"),
  BOOL(9, 1, "BOOL"),
  FLOAT64(11, 8, "F64");

  private final int onnx;
  private final int bytes;
  private final String safetensors;

  ElementType(int onnx, int bytes, String safetensors) {
    this.onnx = onnx;
    this.bytes = bytes;
    this.safetensors = safetensors;
  }

  /** The type with a number of {@code TensorProto.DataType}. */
  public static Optional<ElementType> of(long onnx) {
    return Arrays.stream(values()).filter(type -> type.onnx == onnx).findFirst();
  }

  /** The size of an element. */
  public int bytes() {
    return bytes;
  }

  /** What safetensors files call it. */
  public String safetensors() {
    return safetensors;
  }

  boolean floating() {
    return this == FLOAT32 || this == FLOAT64;
  }

  boolean whole() {
    return !floating() && this != BOOL;
  }
}
