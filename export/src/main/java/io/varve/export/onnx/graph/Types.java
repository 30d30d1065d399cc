package io.varve.export.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;

/** Element types: what they are called elsewhere, and how the engine combines them. */
public final class Types {
  private Types() {}

  /** An operand as far as type promotion sees it: arrays with axes count more than scalars. */
  public record Operand(DataType type, boolean scalar) {}

  private static final Set<DataType> EXPORTED =
      Set.of(
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.UINT8,
          DataType.INT8,
          DataType.INT32,
          DataType.INT64,
          DataType.BOOLEAN);

  /** Whether there is an ONNX type for an element type. */
  public static boolean exported(DataType type) {
    return EXPORTED.contains(type);
  }

  /** The ONNX type of an element type that has one. */
  public static TensorProto.DataType onnx(DataType type) {
    return switch (type) {
      case FLOAT32 -> TensorProto.DataType.FLOAT;
      case FLOAT64 -> TensorProto.DataType.DOUBLE;
      case UINT8 -> TensorProto.DataType.UINT8;
      case INT8 -> TensorProto.DataType.INT8;
      case INT32 -> TensorProto.DataType.INT32;
      case INT64 -> TensorProto.DataType.INT64;
      case BOOLEAN -> TensorProto.DataType.BOOL;
      default -> throw new IllegalStateException("no ONNX type for " + type);
    };
  }

  /** The safetensors name of an element type. */
  public static String safetensors(DataType type) {
    return switch (type) {
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case FLOAT16 -> "F16";
      case UINT8 -> "U8";
      case INT8 -> "I8";
      case INT32 -> "I32";
      case INT64 -> "I64";
      case BOOLEAN -> "BOOL";
      default ->
          throw new IllegalArgumentException(
              type + " arrays cannot be stored in a safetensors file; convert them to FLOAT32");
    };
  }

  /** The element type of a safetensors name. */
  public static DataType ofSafetensors(String name) {
    return EXPORTED.stream()
        .filter(type -> safetensors(type).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no ONNX type for " + name));
  }

  /** The type in which ONNX Runtime has arithmetic for values of a type. */
  public static DataType arithmetic(DataType type) {
    return switch (type) {
      case UINT8, INT8, BOOLEAN -> DataType.INT32;
      default -> type;
    };
  }

  /**
   * The type in which the engine compares two operands (PyTorch's promotion): the wider of the
   * higher category, where a scalar raises an array only to a higher category.
   */
  public static DataType promote(Operand left, Operand right) {
    if (left.scalar() == right.scalar()) {
      return wider(left.type(), right.type());
    }
    DataType array = left.scalar() ? right.type() : left.type();
    DataType scalar = left.scalar() ? left.type() : right.type();
    return category(scalar) > category(array) ? scalar : array;
  }

  private static DataType wider(DataType a, DataType b) {
    if (category(a) != category(b)) {
      return category(a) > category(b) ? a : b;
    }
    if (a != b && List.of(a, b).contains(DataType.UINT8) && List.of(a, b).contains(DataType.INT8)) {
      return DataType.INT32;
    }
    return a.getNumOfBytes() >= b.getNumOfBytes() ? a : b;
  }

  private static int category(DataType type) {
    if (type == DataType.BOOLEAN) {
      return 0;
    }
    return type.isFloating() ? 2 : 1;
  }

  /** A number as an element of a type; whole types wrap around, as a cast in the engine does. */
  public static ByteString element(Number number, DataType type) {
    ByteBuffer bytes = ByteBuffer.allocate(type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    put(number, type, bytes);
    return ByteString.copyFrom(bytes.flip());
  }

  private static void put(Number number, DataType type, ByteBuffer bytes) {
    switch (type) {
      case FLOAT32 -> bytes.putFloat(number.floatValue());
      case FLOAT64 -> bytes.putDouble(number.doubleValue());
      case INT64 -> bytes.putLong(number.longValue());
      case INT32 -> bytes.putInt((int) number.longValue());
      case UINT8, INT8 -> bytes.put((byte) number.longValue());
      case BOOLEAN -> bytes.put((byte) (number.doubleValue() != 0 ? 1 : 0));
      default -> throw new IllegalStateException("no ONNX type for " + type);
    }
  }

  /** Numbers as elements of a type. */
  public static ByteString elements(double[] numbers, DataType type) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    for (double number : numbers) {
      put(number, type, bytes);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  /** Elements of one type as elements of another. */
  public static ByteString converted(ByteString elements, DataType from, DataType to) {
    ByteBuffer source = elements.asReadOnlyByteBuffer().order(ByteOrder.nativeOrder());
    ByteBuffer converted =
        ByteBuffer.allocate(elements.size() / from.getNumOfBytes() * to.getNumOfBytes())
            .order(ByteOrder.nativeOrder());
    while (source.hasRemaining()) {
      put(next(source, from), to, converted);
    }
    return ByteString.copyFrom(converted.flip());
  }

  private static Number next(ByteBuffer bytes, DataType type) {
    return switch (type) {
      case FLOAT32 -> bytes.getFloat();
      case FLOAT64 -> bytes.getDouble();
      case INT64 -> bytes.getLong();
      case INT32 -> bytes.getInt();
      case UINT8, BOOLEAN -> bytes.get() & 0xFF;
      case INT8 -> bytes.get();
      default -> throw new IllegalStateException("no ONNX type for " + type);
    };
  }
}
