package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * The only source of randomness of a pass. It alone knows the batch size B and the temperature (it
 * scales what it hands out); a traced graph takes it as input.
 */
public interface Noise {
  /** Independent N(0, 1), shape [B, event]. */
  NDArray normal(Shape event);

  /** Independent U(0, 1), never exactly 0 or 1, shape [B, event]. */
  NDArray uniform(Shape event);
}
