package io.varve.export.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;

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
}
