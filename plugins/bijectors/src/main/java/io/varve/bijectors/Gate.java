package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import io.varve.bijectors.Made.Terms;

/** What an autoregressive step does with shift m and scale s, value by value. */
public enum Gate {
  /** x = u e^s + m, from base u to variable x (Papamakarios et al., 2017, equation 3). */
  AFFINE {
    @Override
    NDArray toBase(NDArray x, Terms t) {
      return x.sub(t.m()).mul(t.s().neg().exp());
    }

    @Override
    NDArray fromBase(NDArray u, Terms t) {
      return u.mul(t.s().exp()).add(t.m());
    }

    @Override
    NDArray logDet(Terms t) {
      return sumEvent(t.s());
    }
  },

  /**
   * u = g x + (1 - g) m with g = sigmoid(s + 1.5), from variable x to base u: the step of an
   * inverse autoregressive flow (Kingma et al., 2016, section 4), which the other way is x = u + (u
   * - m) e^-(s + 1.5).
   */
  SIGMOID {
    @Override
    NDArray toBase(NDArray x, Terms t) {
      NDArray g = ai.djl.nn.Activation.sigmoid(closing(t).neg());
      return x.sub(t.m()).mul(g).add(t.m());
    }

    @Override
    NDArray fromBase(NDArray u, Terms t) {
      return u.sub(t.m()).mul(closing(t).exp()).add(u);
    }

    @Override
    NDArray logDet(Terms t) {
      return sumEvent(softplus(closing(t)));
    }

    /** -(s + 1.5): open at the start. */
    private static NDArray closing(Terms t) {
      return t.s().add(constant(t.s(), 1.5)).neg();
    }
  };

  /** u, given the terms at x. */
  abstract NDArray toBase(NDArray x, Terms t);

  /** x, given the terms at x. */
  abstract NDArray fromBase(NDArray u, Terms t);

  /** log|det ∂x/∂u|, [B]. */
  abstract NDArray logDet(Terms t);
}
