package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import java.util.List;

/** A differentiable, invertible map of one event, given context arrays. */
public interface Bijection {
  /** y = f(x) and log|det ∂f/∂x|. */
  Mapped forward(Pass pass, NDArray x, NDList context);

  /** x = f⁻¹(y) and log|det ∂f⁻¹/∂y|. */
  Mapped inverse(Pass pass, NDArray y, NDList context);

  /**
   * Everything saved with a model: trainable parameters and buffers (running averages), bare or
   * inside blocks.
   */
  default List<Parameter> parameters() {
    return List.of();
  }
}
