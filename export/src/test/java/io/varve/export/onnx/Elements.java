package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.export.onnx.graph.Types;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** The elements of arrays as numbers of Java. */
final class Elements {
  private static final double[] ODD = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0
  };

  private Elements() {}

  /** Neighbouring seeds of {@link Random} give much the same first draws; these do not. */
  static Random random(long seed) {
    return new Random(seed * 0x9E3779B97F4A7C15L);
  }

  static double[] of(NDArray array) {
    return of(Types.safetensors(array.getDataType()), array.toByteBuffer());
  }

  static double[] of(String type, ByteBuffer bytes) {
    ByteBuffer data = bytes.duplicate().order(ByteOrder.nativeOrder());
    int size =
        switch (type) {
          case "F64", "I64" -> Long.BYTES;
          case "F32", "I32" -> Integer.BYTES;
          default -> 1;
        };
    double[] elements = new double[data.remaining() / size];
    for (int i = 0; i < elements.length; i++) {
      elements[i] =
          switch (type) {
            case "F64" -> data.getDouble();
            case "F32" -> data.getFloat();
            case "I64" -> data.getLong();
            case "I32" -> data.getInt();
            default -> data.get() & 0xFF;
          };
    }
    return elements;
  }

  /**
   * Normal fractions, small whole numbers and flags.
   *
   * @param wide whether extreme and odd values are among them
   */
  static NDArray draw(NDManager manager, Random random, DataType type, Shape shape, boolean wide) {
    int size = Math.toIntExact(shape.size());
    ByteBuffer bytes =
        ByteBuffer.allocate(size * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
    for (int i = 0; i < size; i++) {
      boolean odd = wide && random.nextInt(8) == 0;
      double fraction = odd ? ODD[random.nextInt(ODD.length)] : random.nextGaussian();
      switch (type) {
        case FLOAT32 -> bytes.putFloat((float) fraction);
        case FLOAT64 -> bytes.putDouble(fraction);
        case INT32 -> bytes.putInt(odd ? random.nextInt() : random.nextInt(20) - 8);
        case INT64 -> bytes.putLong(odd ? random.nextLong() : random.nextInt(20) - 8);
        case UINT8 -> bytes.put((byte) random.nextInt(wide ? 256 : 10));
        default -> bytes.put((byte) random.nextInt(2));
      }
    }
    bytes.flip();
    return manager.create(bytes, shape, type);
  }
}
