package io.varve.export.onnx.check;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.varve.inference.file.Safetensors;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays as ONNX Runtime takes them, and as numbers. */
public final class OrtTensors {
  private OrtTensors() {}

  /** A tensor with the elements of an entry, which the caller closes. */
  public static OnnxTensor of(Safetensors.Entry entry) throws OrtException {
    ByteBuffer data = entry.data().duplicate();
    ByteBuffer direct = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.nativeOrder());
    direct.put(data).flip();
    return OnnxTensor.createTensor(OnnxRuntime.environment(), direct, entry.shape(), type(entry));
  }

  /** ONNX Runtime's name for the type of an entry. */
  public static OnnxJavaType type(Safetensors.Entry entry) {
    return switch (entry.type()) {
      case "F32" -> OnnxJavaType.FLOAT;
      case "F64" -> OnnxJavaType.DOUBLE;
      case "I32" -> OnnxJavaType.INT32;
      case "I64" -> OnnxJavaType.INT64;
      case "I8" -> OnnxJavaType.INT8;
      case "U8" -> OnnxJavaType.UINT8;
      case "BOOL" -> OnnxJavaType.BOOL;
      default -> throw new IllegalStateException("no ONNX type for " + entry.type());
    };
  }

  /** What safetensors files call a type that graphs have. */
  public static String safetensors(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> "F32";
      case DOUBLE -> "F64";
      case INT8 -> "I8";
      case INT32 -> "I32";
      case INT64 -> "I64";
      case UINT8 -> "U8";
      case BOOL -> "BOOL";
      default -> throw new IllegalStateException("no safetensors name for " + type);
    };
  }

  static double[] numbers(Safetensors.Entry entry) {
    return numbers(entry.type(), entry.data().duplicate());
  }

  static double[] numbers(String type, ByteBuffer bytes) {
    ByteBuffer data = bytes.order(ByteOrder.nativeOrder());
    int size =
        switch (type) {
          case "F64", "I64" -> Long.BYTES;
          case "F32", "I32" -> Integer.BYTES;
          default -> 1;
        };
    double[] numbers = new double[data.remaining() / size];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          switch (type) {
            case "F64" -> data.getDouble();
            case "I64" -> data.getLong();
            case "F32" -> data.getFloat();
            case "I32" -> data.getInt();
            default -> data.get() & 0xFF;
          };
    }
    return numbers;
  }
}
