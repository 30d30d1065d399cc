package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Where the randomness of a {@link Run} comes from: one stream per draw, named after the variable.
 *
 * <p>The engine's generator serves training, a counter-based generator evaluation, a traced graph
 * declares an input of the stream's name.
 */
public interface NoiseSource {
  /** Independent N(0, 1), shape [B, event]. */
  NDArray normal(String stream, Shape event);

  /** Independent U(0, 1), never exactly 0 or 1, shape [B, event]. */
  NDArray uniform(String stream, Shape event);
}
