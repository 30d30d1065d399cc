package io.varve.inference;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Numbers with a shape, row-major.
 *
 * @param shape with the batch in front, such as [B, C, H, W]
 * @param values its elements; shared with the caller, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared or hashed
public record Tensor(long[] shape, float[] values) {
  /**
   * Checks that the values fill the shape.
   *
   * @throws IllegalArgumentException if they do not
   */
  public Tensor {
    Inputs.requireGiven(shape, "shape");
    Inputs.requireGiven(values, "values");
    boolean counts = shape.length > 0 && Arrays.stream(shape).allMatch(length -> length >= 0);
    BigInteger size =
        Arrays.stream(shape)
            .mapToObj(BigInteger::valueOf)
            .reduce(BigInteger.ONE, BigInteger::multiply);
    if (!counts || !size.equals(BigInteger.valueOf(values.length))) {
      throw new IllegalArgumentException(
          "tensor: %d values, expected %d for shape %s with a leading batch"
              .formatted(values.length, size, Arrays.toString(shape)));
    }
  }

  /** The shape [rows, row] of so many rows. */
  public static long[] shape(long rows, List<Long> row) {
    return LongStream.concat(LongStream.of(rows), row.stream().mapToLong(Long::longValue))
        .toArray();
  }

  /** The values as stored images: times a factor, rounded, and clamped to 0..255. */
  public byte[] bytes(float scale) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.max(0, Math.min(255, Math.round(values[i] * scale)));
    }
    return bytes;
  }

  /** The shape, to compare and to print. */
  List<Long> shapeAsList() {
    return Arrays.stream(shape).boxed().toList();
  }

  /** The number of rows B. */
  public int rows() {
    return Math.toIntExact(shape[0]);
  }
}
