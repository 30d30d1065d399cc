package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;

/** What a layer does to each of its outputs. */
public enum Activation {
  /** x. */
  NONE,
  /** max(x, 0). */
  RELU,
  /** x above 0, exp(x) - 1 below: Clevert et al. (2016), alpha 1. */
  ELU,
  /** tanh(x). */
  TANH,
  /** x above 0, x / 100 below. */
  LEAKY_RELU,
  /** x Φ(x): Hendrycks and Gimpel (2016), exact. */
  GELU,
  /** 1 / (1 + exp(-x)). */
  SIGMOID,
  /** x · sigmoid(x): Ramachandran et al. (2017), beta 1. */
  SWISH;

  /** Applies it elementwise. */
  public NDArray of(NDArray x) {
    return switch (this) {
      case NONE -> x;
      case RELU -> ai.djl.nn.Activation.relu(x);
      case ELU -> ai.djl.nn.Activation.elu(x, 1f);
      case TANH -> ai.djl.nn.Activation.tanh(x);
      case LEAKY_RELU -> ai.djl.nn.Activation.leakyRelu(x, 0.01f);
      case GELU -> ai.djl.nn.Activation.gelu(x);
      case SIGMOID -> ai.djl.nn.Activation.sigmoid(x);
      case SWISH -> x.mul(ai.djl.nn.Activation.sigmoid(x)); // the engine's own multiplies a Number
    };
  }

  /**
   * The deviation of the weights before it: He et al. (2015) where half the inputs are lost, Glorot
   * &amp; Bengio (2010) elsewhere.
   */
  double deviation(long fanIn, long fanOut) {
    return switch (this) {
      case RELU, ELU, LEAKY_RELU, GELU, SWISH -> Math.sqrt(2.0 / fanIn);
      case NONE, TANH, SIGMOID -> Math.sqrt(2.0 / (fanIn + fanOut));
    };
  }
}
