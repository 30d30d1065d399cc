package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.varve.export.onnx.program.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * The result of a statement of a draft.
 *
 * @param results at some batch sizes, the largest last
 * @param shape the shape as an expression of the batch
 */
record Drafted(List<NDArray> results, List<Extent> shape) {
  private static final int LARGEST = 6000;
  private static final int MOST_AXES = 6;
  private static final double WILD = 1e5;

  /** Empty where a size is no expression of the batch. */
  static Optional<Drafted> of(List<NDArray> results, long... batches) {
    int rank = results.get(0).getShape().dimension();
    List<Extent> shape = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      int at = axis;
      long[] sizes =
          results.stream()
              .mapToLong(a -> a.getShape().dimension() == rank ? a.getShape().get(at) : -1)
              .toArray();
      Extent.through(batches, sizes).ifPresent(shape::add);
    }
    return shape.size() == rank ? Optional.of(new Drafted(results, shape)) : Optional.empty();
  }

  NDArray at(int i) {
    return results.get(i);
  }

  private NDArray last() {
    return results.get(results.size() - 1);
  }

  /** Whether it is of a size and type to go on with, and not all NaN. */
  boolean usable() {
    NDArray last = last();
    return last.getDataType() != DataType.UNKNOWN
        && last.size() <= LARGEST
        && !last.isEmpty()
        && last.getShape().dimension() <= MOST_AXES
        && !(last.getDataType().isFloating() && elements().allMatch(Double::isNaN));
  }

  /** Whether any element is infinite or no number. */
  boolean odd() {
    return last().getDataType().isFloating() && !elements().allMatch(Double::isFinite);
  }

  /** Whether any finite fraction is so large that it tells little. */
  boolean wild() {
    return last().getDataType().isFloating()
        && elements().filter(Double::isFinite).anyMatch(e -> Math.abs(e) > WILD);
  }

  private DoubleStream elements() {
    return DoubleStream.of(Elements.of(last()));
  }
}
