package io.varve.bijectors;

import ai.djl.ndarray.NDArray;

/** What the hidden units of an autoregressive network do to what they read. */
public enum Activation {
  /** max(x, 0). */
  RELU,
  /** x above 0, exp(x) - 1 below. */
  ELU,
  /** tanh(x). */
  TANH;

  NDArray of(NDArray x) {
    return switch (this) {
      case RELU -> ai.djl.nn.Activation.relu(x);
      case ELU -> ai.djl.nn.Activation.elu(x, 1f);
      case TANH -> x.tanh();
    };
  }

  /** The deviation of the weights before it: He et al. (2015), where half the inputs are lost. */
  double deviation(long fanIn) {
    return Math.sqrt((this == TANH ? 1.0 : 2.0) / fanIn);
  }
}
