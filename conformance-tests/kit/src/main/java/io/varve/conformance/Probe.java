package io.varve.conformance;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.spi.Pass;
import java.util.List;

/**
 * One function of a component as array code: what the X rules are tried on.
 *
 * @param name the method, as {@code logProb}
 * @param inputs what it reads, in order
 * @param parameters what it reads besides: the parameters and buffers that its part lists
 * @param body the call; its results lead with the batch, or with one row if all inputs have one
 */
record Probe(String name, List<Input> inputs, List<Parameter> parameters, Body body) {
  /**
   * One argument.
   *
   * @param name for messages and graph inputs
   * @param event its shape without the batch
   * @param levels 0 for standard normal numbers, with gradients; otherwise values 0..levels-1
   */
  record Input(String name, Shape event, int levels) {}

  /** Calls the component. */
  @FunctionalInterface
  interface Body {
    /** The results for these inputs, each [B, event]. */
    NDList of(Pass pass, NDList inputs);
  }
}
