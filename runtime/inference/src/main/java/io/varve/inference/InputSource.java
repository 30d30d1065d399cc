package io.varve.inference;

import io.varve.inference.bundle.Manifest;
import java.nio.ByteBuffer;

/** Provides the values of one input of a graph. */
interface InputSource {
  /** How many numbers of noise are drawn at once, or one row if that has more. */
  int SCRATCH = 1 << 16;

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
   * Noise, its spread scaled by a temperature. It is drawn a few rows at a time, whatever the
   * request. One instance serves one thread.
   */
  static InputSource noise(Manifest.Noise port, RequestNoise noise) {
    int perRow = Manifest.size(port.shape());
    int most = Math.max(1, SCRATCH / Math.max(1, perRow));
    float[][] scratch = new float[1][0];
    return (first, count, sample, into) -> {
      for (int done = 0; done < count; done += most) {
        int rows = Math.min(most, count - done);
        if (scratch[0].length < rows * perRow) {
          scratch[0] = new float[rows * perRow];
        }
        noise.fill(port, first + done, rows, sample, scratch[0]);
        put(scratch[0], 0, rows * perRow, into);
      }
    };
  }

  private static void put(float[] values, int from, int count, ByteBuffer into) {
    into.asFloatBuffer().put(values, from, count);
    into.position(into.position() + count * Float.BYTES);
  }
}
