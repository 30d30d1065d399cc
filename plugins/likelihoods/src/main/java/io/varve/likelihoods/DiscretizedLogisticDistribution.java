package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;
import io.varve.spi.Space;

/**
 * A logistic with distribution function F(t) = σ((t - centre) · rate) integrated over the bins [v -
 * ½, v + ½] of the levels v, arrays [B or 1, event].
 *
 * <p>Everything is in levels, not in [-1, 1]: the edges v ± ½ are exact there, and two neighbours
 * compute the same number at the edge they share, so that masses telescope to one.
 */
record DiscretizedLogisticDistribution(Pass pass, Space space, NDArray centre, NDArray rate)
    implements Distribution {

  @Override
  public Draw draw() {
    NDArray u = pass.noise().uniform(space.shape());
    NDArray logit = u.log().sub(constant(u, 1).sub(u).log());
    NDArray t = logit.div(rate).add(centre); // F(t) = u
    NDArray value = onGrid(t.sub(constant(t, 0.5)).ceil());
    return new Draw(value, sumEvent(logMass(value)));
  }

  @Override
  public NDArray logProb(NDArray value) {
    NDArray support = value.eq(onGrid(value.floor())).toType(DataType.FLOAT32, false).log();
    return sumEvent(logMass(value).add(support));
  }

  /**
   * log(F(v + ½) - F(v - ½)), by σ(b) - σ(a) = σ(b) σ(-a) (1 - exp(a - b)), where b - a is the
   * rate: no difference of nearly equal numbers anywhere.
   */
  private NDArray logMass(NDArray v) {
    NDArray half = constant(v, 0.5);
    NDArray below = v.sub(half).sub(centre).mul(rate);
    NDArray above = v.add(half).sub(centre).mul(rate);
    NDArray notFirst = v.gt(constant(v, 0)).toType(v.getDataType(), false);
    NDArray notLast = v.lt(constant(v, top())).toType(v.getDataType(), false);
    return logOneMinusExpMinus(rate)
        .mul(notFirst)
        .mul(notLast)
        .sub(softplus(above.neg()).mul(notLast))
        .sub(softplus(below).mul(notFirst));
  }

  /** log(1 - exp(-x)) as log tanh(x/2) + log(1 + exp(-x)): precise for tiny and for large x > 0. */
  private static NDArray logOneMinusExpMinus(NDArray x) {
    return x.mul(constant(x, 0.5)).tanh().log().add(softplus(x.neg()));
  }

  /** The level at the location, which is the median where it lies on the grid. */
  @Override
  public NDArray mode() {
    return onGrid(centre.add(constant(centre, 0.5)).floor());
  }

  /**
   * The mean of the continuous logistic held within the grid, ∫ 1 - F over [0, levels - 1]: within
   * half a level of the mean of the masses, and far closer where the scale exceeds a level.
   */
  @Override
  public NDArray mean() {
    return ClampedMean.mean(centre, rate, top());
  }

  private NDArray onGrid(NDArray whole) {
    return clip(whole, 0, top());
  }

  private double top() {
    return space.levels() - 1.0;
  }
}
