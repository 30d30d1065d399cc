package io.varve.inference.graph;

import io.varve.inference.file.OnnxGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The facts of constants and parameters. */
final class Constants {
  /** Longer lists are no sizes or positions. */
  private static final int LONGEST = 1 << 16;

  private Constants() {}

  /**
   * The fact of a tensor in a file.
   *
   * @throws IllegalArgumentException if it is of another type, or its data do not fill its shape
   */
  static Fact fact(OnnxGraph.Tensor tensor) {
    ElementType type =
        ElementType.of(tensor.type())
            .orElseThrow(() -> refused(tensor, "type " + tensor.type(), "a type of bundles"));
    long[] dims = tensor.dims().stream().mapToLong(Long::longValue).toArray();
    long size = Fact.size(dims);
    boolean bounded = dims.length <= Limits.RANK && size <= Limits.ELEMENTS;
    for (long dim : dims) {
      bounded &= dim >= 0 && dim <= Limits.ELEMENTS;
    }
    require(bounded, tensor, "shape " + tensor.dims(), "a smaller one");
    require(
        tensor.data().isPresent() != tensor.external().isPresent(),
        tensor,
        "no data, or data in two places",
        "them as bytes in the graph or in a file");
    if (tensor.data().isEmpty()) {
      return Fact.of(type, dims).fixed(true);
    }
    ByteBuffer data = tensor.data().get().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long length = size * type.bytes();
    require(data.remaining() == length, tensor, data.remaining() + " bytes", length + "");
    return new Fact(type, dims, numbers(type, data), special(tensor, type, data), true);
  }

  private static Optional<long[]> numbers(ElementType type, ByteBuffer data) {
    int count = data.remaining() / type.bytes();
    if (!type.whole() || count > LONGEST) {
      return Optional.empty();
    }
    long[] numbers = new long[count];
    for (int i = 0; i < count; i++) {
      int at = data.position() + i * type.bytes();
      numbers[i] =
          switch (type) {
            case INT64 -> data.getLong(at);
            case INT32 -> data.getInt(at);
            case UINT8 -> data.get(at) & 0xFF;
            default -> data.get(at);
          };
    }
    return Optional.of(numbers);
  }

  private static Fact.Special special(OnnxGraph.Tensor tensor, ElementType type, ByteBuffer data) {
    Fact.Special special = Fact.Special.NONE;
    while (data.hasRemaining()) {
      switch (type) {
        case FLOAT32, FLOAT64 -> {
          double value = type == ElementType.FLOAT32 ? data.getFloat() : data.getDouble();
          if (Double.isNaN(value)) {
            return Fact.Special.NAN;
          }
          special = Double.isInfinite(value) ? Fact.Special.INFINITE : special;
        }
        case BOOL -> {
          byte value = data.get();
          require(value == 0 || value == 1, tensor, value + " as a flag", "0 or 1");
        }
        default -> {
          return special;
        }
      }
    }
    return special;
  }

  private static void require(
      boolean condition, OnnxGraph.Tensor tensor, String found, String expected) {
    if (!condition) {
      throw refused(tensor, found, expected);
    }
  }

  private static IllegalArgumentException refused(
      OnnxGraph.Tensor tensor, String found, String expected) {
    return new IllegalArgumentException(
        "tensor '" + tensor.name() + "': found " + found + ", expected " + expected);
  }
}
