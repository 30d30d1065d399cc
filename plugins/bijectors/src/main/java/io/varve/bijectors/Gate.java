package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import io.varve.bijectors.Made.Terms;

/** What an autoregressive step does with shift m and scale s, value by value. */
public enum Gate {
  /** x = u e^s + m, from base u to variable x (Papamakarios et al., 2017, equation 3). */
  AFFINE,

  /**
   * u = g x + (1 - g) m with g = sigmoid(s + 1.5), from variable x to base u: the step of an
   * inverse autoregressive flow (Kingma et al., 2016, section 4), which the other way is x = u + (u
   * - m) e^-(s + 1.5).
   */
  SIGMOID;

  /** u, given the terms at x. */
  NDArray toBase(NDArray x, Terms t) {
    NDArray apart = x.sub(t.m());
    return switch (this) {
      case AFFINE -> apart.mul(t.s().neg().exp());
      case SIGMOID -> apart.mul(ai.djl.nn.Activation.sigmoid(closing(t).neg())).add(t.m());
    };
  }

  /** x, given the terms at x. */
  NDArray fromBase(NDArray u, Terms t) {
    return switch (this) {
      case AFFINE -> u.mul(t.s().exp()).add(t.m());
      case SIGMOID -> u.sub(t.m()).mul(closing(t).exp()).add(u);
    };
  }

  /** log|det ∂x/∂u|, [B]. */
  NDArray logDet(Terms t) {
    return sumEvent(this == AFFINE ? t.s() : softplus(closing(t)));
  }

  /** -(s + 1.5): the gate is open at the start. */
  private static NDArray closing(Terms t) {
    return t.s().add(constant(t.s(), 1.5)).neg();
  }
}
