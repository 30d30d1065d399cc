package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.nio.ByteBuffer;

/** Provides the values of one input of a graph. */
interface InputSource {
  /** Writes the values of some rows, for one sample of each, at the buffer's position. */
  void put(int firstRow, int rows, int sample, ByteBuffer into);

  /** Bytes that do not depend on the sample. */
  static InputSource bytes(byte[] values, int perRow) {
    return (first, rows, sample, into) -> into.put(values, first * perRow, rows * perRow);
  }

  /** Numbers that do not depend on the sample. */
  static InputSource floats(float[] values, int perRow) {
    return (first, rows, sample, into) -> put(values, first * perRow, rows * perRow, into);
  }

  /** Numbers 0..255 as bytes. */
  static InputSource narrowed(float[] values, int perRow) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) values[i];
      if ((bytes[i] & 0xFF) != values[i]) {
        throw new IllegalArgumentException(
            "tensor: element " + i + " is " + values[i] + ", expected an integer in 0..255");
      }
    }
    return bytes(bytes, perRow);
  }

  /**
   * Noise, its spread scaled by a temperature. One instance serves one thread.
   *
   * @param rows the most rows asked for at once
   */
  static InputSource noise(Manifest.Noise port, RequestNoise noise, int rows) {
    int perRow = Manifest.size(port.shape());
    float[] scratch = new float[Math.multiplyExact(rows, perRow)];
    return (first, count, sample, into) -> {
      noise.fill(port, first, count, sample, scratch);
      put(scratch, 0, count * perRow, into);
    };
  }

  private static void put(float[] values, int from, int count, ByteBuffer into) {
    into.asFloatBuffer().put(values, from, count);
    into.position(into.position() + count * Float.BYTES);
  }
}
