package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

/** Sizes, loops, types and errors that follow the batch size. */
class BatchHazardsTest extends Hazards {
  /** Sizes that are no multiple of the batch: halves, squares, powers of two. */
  @Test
  void shapeArithmetic() {
    refused((x, m) -> m.ones(new Shape(batch(x) / 2)), "[1, 2, 4]", "multiple of the batch");
    refused((x, m) -> m.ones(new Shape(batch(x) * batch(x))), "[9, 25, 64]");
    refused((x, m) -> m.ones(new Shape(Long.highestOneBit(batch(x)))), "[2, 4, 8]");
    refused(x -> x.get("0:" + batch(x) / 2), "NDArray.get");
    refused(x -> x.mul(batch(x) * batch(x)), "NDArray.mul");
  }

  /** The number of elements, divided by what each row has, is the batch again. */
  @Test
  void sizesThatAreTheBatch() {
    agrees(x -> x.reshape(x.size() / 24, 24));
    agrees(x -> x.sum().div(x.size()));
    agrees(x -> x.reshape(x.size() / 12, 12).mul(3 * batch(x) - 1));
  }

  /** Code may compute with the shape of an array alone. What it does not ask for does no harm. */
  @Test
  void shapesOfWhatIsUnused() {
    refused((x, m) -> x.add(m.ones(x.get("0:2").getShape()).sum()), "NDArray.get");
    refused((x, m) -> x.mul(x.squeeze().exp().getShape().dimension()), "NDArray.squeeze");
    agrees(
        x -> {
          NDArray unused = x.get("0:2").squeeze().exp();
          return x.add(unused.getDataType().getNumOfBytes());
        });
  }

  /** What was the same at all batches traced only because they are large enough. */
  @Test
  void constantsOfTheBatch() {
    traceAgrees(Exports.of((x, m) -> x.add(m.eye((int) batch(x), 2, 0).sum(new int[] {0}).sum())));
    traceAgrees(Exports.of((x, m) -> x.add(m.arange(3).clip(0, batch(x)).sum())));
  }

  /** A loop over the rows has as many turns as there are rows. */
  @Test
  void loopOverTheBatch() {
    refused(
        x -> {
          NDArray sum = x.get(0);
          for (long i = 1; i < batch(x); i++) {
            sum = sum.add(x.get(i));
          }
          return sum;
        },
        "not done alike");
  }

  /** An error that only small batches meet is a branch in disguise. */
  @Test
  void branchByException() {
    refused(
        x -> {
          try {
            return x.add(x.get(4));
          } catch (RuntimeException e) {
            return x;
          }
        },
        "not done alike");
  }

  /** The type is part of the graph, and so cannot follow the batch. */
  @Test
  void typeThatFollowsTheBatch() {
    refused(x -> x.toType(batch(x) > 4 ? DataType.FLOAT64 : DataType.FLOAT32, true), "toType");
    refused(x -> x.toType(batch(x) == 1 ? DataType.FLOAT64 : DataType.FLOAT32, true), "toType");
    caught(x -> x.toType(batch(x) > 8 ? DataType.FLOAT64 : DataType.FLOAT32, true), "batch 32");
  }
}
