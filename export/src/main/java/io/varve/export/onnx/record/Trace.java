package io.varve.export.onnx.record;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** One run of {@link Traced} code: where its inputs, parameters and new arrays come from. */
public interface Trace {
  /** The batch size of this run: axis 0 of every input. */
  long batch();

  /** Makes the sample values of inputs, at random if need be; they never enter the graph. */
  NDManager samples();

  /** Makes the arrays that the code computes with; while recording they become constants. */
  NDManager manager();

  /** Delivers the values of parameters; while recording they become named weights. */
  ParameterStore parameters();

  /**
   * Declares a graph input.
   *
   * @param name its name in the graph, declared once
   * @param sample a value of its type and of shape [B, ...], B being {@link #batch()}; or a scalar,
   *     which is then the same for the whole batch
   * @return the array to compute with instead of the sample
   * @throws IllegalArgumentException if the name is taken or axis 0 is not the batch
   */
  NDArray input(String name, NDArray sample);

  /**
   * Tells what an output is a sum or difference of. Where terms cancel, their rounding errors stay:
   * {@code ParityGate} measures the error of such an output against the largest of its terms. It
   * does not change the graph.
   *
   * @param output its name
   * @param terms arrays of its shape
   */
  default void terms(String output, NDList terms) {}

  /**
   * Repeats code a fixed number of times: a plain loop in DJL, one {@code Loop} node in the graph,
   * whose size does not depend on the count.
   *
   * <p>The body computes the state after a round from the state before it. It may read any array
   * from around it, and may itself repeat; it declares no inputs and keeps no array.
   *
   * @param count how often
   * @param state one array or more, whose types and shapes stay the same from round to round
   * @return the state after the last round
   * @throws IllegalArgumentException if a round changes the number, the type or the shape of arrays
   */
  default NDList repeat(long count, NDList state, UnaryOperator<NDList> body) {
    return repeat(count, state, Optional.empty(), body);
  }

  /**
   * Repeats code as long as a condition holds; see {@link #repeat(long, NDList, UnaryOperator)}.
   *
   * @param most the largest number of rounds
   * @param again asked before every round: one boolean, computed from the state
   */
  default NDList repeat(
      long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body) {
    return repeat(most, state, Optional.of(again), body);
  }

  /** Repeats code, as long as a condition holds if there is one. */
  NDList repeat(
      long most,
      NDList state,
      Optional<Function<NDList, NDArray>> again,
      UnaryOperator<NDList> body);
}
