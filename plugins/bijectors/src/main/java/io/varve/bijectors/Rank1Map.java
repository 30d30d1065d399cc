package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplusElu;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/** y = (diag(d) + u uᵀ) x + shift, for rows x [B, D]. */
record Rank1Map(Coefficients coefficients) implements Bijection {
  /** Its square, times any number of dimensions, is far from the largest float. */
  private static final double LARGE = 1e9;

  @Override
  public Mapped forward(Pass pass, NDArray x, NDList context) {
    NDList c = coefficients.at(pass, context);
    NDArray d = softplusElu(c.get(0));
    NDArray u = c.get(1);
    NDArray y = x.mul(d).add(dot(x, u).mul(u)).add(c.get(2));
    return new Mapped(y, logDet(d, u, x));
  }

  /** By Sherman and Morrison: with w = (y - shift) / d and k = u / d, x = w - k (u·w)/(1 + u·k). */
  @Override
  public Mapped inverse(Pass pass, NDArray y, NDList context) {
    NDList c = coefficients.at(pass, context);
    NDArray d = softplusElu(c.get(0));
    NDArray u = c.get(1);
    NDArray w = y.sub(c.get(2)).div(d);
    NDArray scale = scale(u);
    NDArray v = u.div(scale);
    NDArray k = v.div(d);
    NDArray share = dot(w, v).div(dot(v, k).add(one(scale)));
    return new Mapped(w.sub(share.mul(k)), logDet(d, u, y).neg());
  }

  /**
   * log det(diag(d) + u uᵀ) = Σ log d + log(1 + Σ u²/d), the matrix determinant lemma; [B]. With u
   * = s v it is Σ log d + log(1/s² + Σ v²/d) + 2 log s.
   */
  private static NDArray logDet(NDArray d, NDArray u, NDArray rows) {
    NDArray scale = scale(u);
    NDArray quotient = sumEvent(u.div(scale).square().div(d));
    NDArray log = quotient.add(one(scale).squeeze(1)).log();
    NDArray factor = log.add(scale.log().mul(constant(d, 2)).squeeze(1));
    NDArray logDet = sumEvent(d.log()).add(factor);
    return sumEvent(rows.zerosLike()).add(logDet); // constants have one row for the whole batch
  }

  /** What u is divided by so that its squares do not overflow: 1 for any ordinary u; [B, 1]. */
  private static NDArray scale(NDArray u) {
    NDArray largest = u.abs().max(new int[] {1}, true).div(constant(u, LARGE));
    // Whatever divides u, what comes of it is the same: no gradient is needed.
    return NDArrays.maximum(largest, constant(u, 1)).stopGradient();
  }

  /** 1 over the square of the scale. */
  private static NDArray one(NDArray scale) {
    return constant(scale, 1).div(scale).square();
  }

  /** a·b over the event, [B, 1]. */
  private static NDArray dot(NDArray a, NDArray b) {
    return a.mul(b).sum(new int[] {1}, true);
  }

  @Override
  public List<Parameter> parameters() {
    return coefficients.parameters();
  }
}
