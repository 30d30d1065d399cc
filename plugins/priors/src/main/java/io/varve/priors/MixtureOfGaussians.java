package io.varve.priors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.logSumExp;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;

/**
 * Σ_k w_k N(loc_k, deviation_k²), with an event of size D laid flat: log-weights are [B or 1, K],
 * locations and log-deviations [B or 1, K, D].
 */
record MixtureOfGaussians(
    Pass pass, Shape event, NDArray logWeights, NDArray loc, NDArray logDeviation)
    implements Distribution {

  @Override
  public Draw draw() {
    NDArray epsilon = pass.noise().normal(event).reshape(-1, event.size());
    NDArray component = choose(pass.noise().uniform(new Shape()));
    NDArray value = epsilon.mul(pick(component, logDeviation).exp()).add(pick(component, loc));
    return new Draw(unflatten(value), logProb(value));
  }

  /** The first component whose cumulated weight exceeds u, [B], as a number in 0..K-1, [B, 1]. */
  private NDArray choose(NDArray u) {
    NDArray cumulated = logWeights.exp().cumSum(1);
    NDArray passed = u.expandDims(1).gte(cumulated).toType(u.getDataType(), false);
    // rounding may leave the last sum below 1
    return passed.sum(new int[] {1}, true).minimum(constant(u, components() - 1));
  }

  /** Row component of each [K, D], to [B, D]; a sum over a one-hot mask, which exports anywhere. */
  private NDArray pick(NDArray component, NDArray each) {
    NDArray all = component.getManager().arange(components());
    NDArray mask = component.eq(all.toType(component.getDataType(), false));
    return each.mul(mask.toType(each.getDataType(), false).expandDims(2)).sum(new int[] {1});
  }

  @Override
  public NDArray logProb(NDArray value) {
    NDArray epsilon = value.reshape(-1, 1, event.size()).sub(loc).mul(logDeviation.neg().exp());
    NDArray half = constant(epsilon, 0.5);
    NDArray terms = epsilon.square().mul(half).add(logDeviation);
    NDArray joint = logWeights.sub(terms.sum(new int[] {2}));
    return logSumExp(joint, 1).sub(constant(joint, Gaussian.logNormaliser(event)));
  }

  /** The location of the component of greatest weight. */
  @Override
  public NDArray mode() {
    NDArray component = logWeights.argMax(1).toType(logWeights.getDataType(), false);
    return unflatten(pick(component.expandDims(1), loc));
  }

  @Override
  public NDArray mean() {
    NDArray weighted = loc.mul(logWeights.exp().expandDims(2));
    return unflatten(weighted.sum(new int[] {1}));
  }

  private NDArray unflatten(NDArray flat) {
    return flat.reshape(new Shape(-1).addAll(event));
  }

  private int components() {
    return Math.toIntExact(logWeights.getShape().get(1));
  }
}
