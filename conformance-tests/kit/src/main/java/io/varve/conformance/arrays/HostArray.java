package io.varve.conformance.arrays;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * A result, on the host.
 *
 * @param values its elements as doubles, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
public record HostArray(DataType type, Shape shape, double[] values) {
  /** The results of array code, read. */
  public static List<HostArray> of(NDList results) {
    return results.stream()
        .map(array -> new HostArray(array.getDataType(), array.getShape(), Numbers.of(array)))
        .toList();
  }

  /** The elements of one row. */
  double[] row(int i) {
    int size = Math.toIntExact(shape.slice(1).size());
    return Arrays.copyOfRange(values, i * size, (i + 1) * size);
  }
}
