package io.varve.priors;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.varve.spi.Ops;

/**
 * The matrix S = diag(d) + u uᵀ = √d (I + v vᵀ) √d with v = u / √d, for rows [B or 1, D].
 *
 * @param root √d
 * @param unit v / √(1 + |v|²), shorter than 1
 * @param logDet log det S, [B or 1]
 */
record Rank1Scale(NDArray d, NDArray u, NDArray root, NDArray unit, NDArray logDet) {
  /**
   * The matrix of d &gt; 0 and u. By the matrix determinant lemma, log det S = Σ log d + log(1 +
   * |v|²); |v|² is that of v over its largest value, so that it does not overflow.
   */
  static Rank1Scale of(NDArray d, NDArray u) {
    NDArray root = d.sqrt();
    NDArray v = u.div(root);
    NDArray one = constant(d, 1);
    // Whatever divides v, what comes of it is the same: no gradient is needed.
    NDArray largest = NDArrays.maximum(v.abs().max(new int[] {1}, true), one).stopGradient();
    NDArray scaled = v.div(largest);
    NDArray square = dot(scaled, scaled).add(one.div(largest).square());
    NDArray factor = square.log().add(largest.log().mul(constant(d, 2))).squeeze(1);
    NDArray logDet = Ops.sumEvent(d.log()).add(factor);
    return new Rank1Scale(d, u, root, scaled.div(square.sqrt()), logDet);
  }

  /** S x. */
  NDArray times(NDArray x) {
    return x.mul(d).add(dot(x, u).mul(u));
  }

  /** S⁻¹ x, by Sherman and Morrison: (I + v vᵀ)⁻¹ = I - v vᵀ / (1 + |v|²). */
  NDArray solve(NDArray x) {
    NDArray r = x.div(root);
    return r.sub(dot(r, unit).mul(unit)).div(root);
  }

  /** The diagonal of S², the variance of each value: d² + 2 d u² + u² |u|². */
  NDArray variance() {
    NDArray twice = d.mul(constant(d, 2)).add(dot(u, u));
    return d.square().add(u.square().mul(twice));
  }

  /** a·b, [B, 1]. */
  private static NDArray dot(NDArray a, NDArray b) {
    return a.mul(b).sum(new int[] {1}, true);
  }
}
