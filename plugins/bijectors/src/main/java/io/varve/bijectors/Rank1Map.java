package io.varve.bijectors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplusElu;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import java.util.List;

/** y = (diag(d) + u uᵀ) x + shift, for rows x [B, D]. */
record Rank1Map(Coefficients coefficients) implements Bijection {

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
    NDArray k = u.div(d);
    NDArray share = dot(w, u).div(dot(u, k).add(constant(y, 1)));
    return new Mapped(w.sub(share.mul(k)), logDet(d, u, y).neg());
  }

  /** log det(diag(d) + u uᵀ) = Σ log d + log(1 + Σ u²/d), the matrix determinant lemma; [B]. */
  private static NDArray logDet(NDArray d, NDArray u, NDArray rows) {
    NDArray quotient = sumEvent(u.square().div(d));
    NDArray logDet = sumEvent(d.log()).add(quotient.add(constant(d, 1)).log());
    return sumEvent(rows.zerosLike()).add(logDet); // constants have one row for the whole batch
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
