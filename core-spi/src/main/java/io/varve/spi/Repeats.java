package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Does the loops of a {@link Pass} in place of DJL. The parameters of a pass that is recorded, and
 * not evaluated, implement it: the record holds one loop with one body, not every round.
 */
public interface Repeats {
  /** See {@link Pass#repeat(long, NDList, UnaryOperator)}. */
  NDList repeat(long count, NDList state, UnaryOperator<NDList> body);

  /** See {@link Pass#repeat(long, NDList, Function, UnaryOperator)}. */
  NDList repeat(
      long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body);
}
