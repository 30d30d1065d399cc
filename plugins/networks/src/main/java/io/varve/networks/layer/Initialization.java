package io.varve.networks.layer;

import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;

/** How the weights and biases of layers start. */
public enum Initialization {
  /**
   * Weights normal, with the deviation of He et al. (2015) or Glorot &amp; Bengio (2010) as the
   * activation after them wants; biases zero.
   */
  AS_ACTIVATION,
  /**
   * Weights of variance 2 / (fan-in + fan-out) (Glorot &amp; Bengio, 2010) and biases of variance 1
   * / n for n outputs, both normal within two deviations: Keras' initializer, which takes a bias
   * for a square matrix.
   */
  GLOROT_NORMAL;

  /**
   * That of weights.
   *
   * @param after the activation that follows the layer
   */
  Initializer weight(Activation after, long fanIn, long fanOut) {
    return this == GLOROT_NORMAL
        ? new TruncatedNormal(Math.sqrt(2.0 / (fanIn + fanOut)))
        : new NormalInitializer((float) after.deviation(fanIn, fanOut));
  }

  /** That of the biases of so many outputs. */
  Initializer bias(long outputs) {
    return this == GLOROT_NORMAL
        ? new TruncatedNormal(Math.sqrt(1.0 / outputs))
        : Initializer.ZEROS;
  }
}
