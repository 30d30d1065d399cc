package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.logSumExp;
import static io.varve.spi.Ops.softplus;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Σ_k w_k Π_c F(v_c + ½) - F(v_c - ½) over the bins of the levels v of a pixel's channels, with
 * logistics F(t) = σ((t - centre_ck) · rate_ck).
 *
 * <p>Everything is in levels off the middle of the grid: the edges of bins are whole or half
 * numbers there, so that two neighbours compute the same number at the edge they share and masses
 * telescope to one. Arrays over components are [B or 1, C, K, H, W], and the fewer of them the
 * faster: they are what a step of a small model spends its memory bandwidth on.
 *
 * @param logWeights log w, [B or 1, K, H, W]
 * @param location centre, but for what channels before add
 * @param coefficients what channel c adds to those after it per level off the middle, for the pairs
 *     (1, 0), (2, 0), (2, 1), ... in turn, [B or 1, pairs, K, H, W]
 */
record LogisticMixture(
    Pass pass,
    Space space,
    NDArray logWeights,
    NDArray location,
    NDArray rate,
    Optional<NDArray> coefficients)
    implements Distribution {
  /** The outer edge of the first and the last bin: times the least rate, σ of it is still 1. */
  private static final double FAR = 1e9;

  @Override
  public NDArray logProb(NDArray value) {
    NDArray support = value.eq(held(value.floor())).toType(DataType.FLOAT32, false).log();
    Shape perComponent = new Shape(-1, channels(), 1).addAll(space.shape().slice(1));
    NDArray v = value.reshape(perComponent);
    NDArray weights = logWeights.add(constant(logWeights, channels() * Math.log(2)));
    NDArray masses = logMass(v).sum(new int[] {1}).add(weights); // [B, K, H, W]
    return sumEvent(logSumExp(masses, 1)).add(sumEvent(support));
  }

  /**
   * log(σ(b) - σ(a)) of the bin's edges a &lt; b, by σ(b) - σ(a) = σ(b) σ(-a) (1 - exp(a - b)): no
   * difference of nearly equal numbers. The last factor is 2 h / (1 + h) with h = tanh((b - a) /
   * 2); the 2 is left to the caller, who has smaller arrays to add its logarithm to.
   *
   * @param v levels [B, C, 1, H, W]
   */
  private NDArray logMass(NDArray v) {
    NDArray x = v.sub(constant(v, middle()));
    NDArray half = constant(v, 0.5);
    NDArray far = constant(v, FAR);
    NDArray first = v.lte(constant(v, 0)).toType(v.getDataType(), false);
    NDArray last = v.gte(constant(v, top())).toType(v.getDataType(), false);
    NDArray low = x.sub(half).sub(first.mul(far));
    NDArray high = x.add(half).add(last.mul(far));
    NDArray halfWidth = high.sub(low).mul(half);

    NDArray centre = coefficients.isPresent() ? location.add(shift(x)) : location;
    NDArray h = halfWidth.mul(rate).tanh();
    NDArray inside = h.div(h.add(constant(h, 1))).log();
    NDArray above = softplus(centre.sub(high).mul(rate)); // -log σ(b)
    NDArray below = softplus(low.sub(centre).mul(rate)); // -log σ(-a)
    return inside.sub(above).sub(below);
  }

  /** What the channels before add to each location, [B, C, K, H, W]. */
  private NDArray shift(NDArray x) {
    NDList channels = x.split(channels(), 1);
    NDList before = new NDList();
    for (int c = 1; c < channels(); c++) {
      before.addAll(channels.subList(0, c));
    }
    NDList parts = coefficients.orElseThrow().mul(NDArrays.concat(before, 1)).split(pairs(), 1);
    NDList shifts = new NDList(parts.head().zerosLike());
    for (int c = 1; c < channels(); c++) {
      shifts.add(sum(parts, c));
    }
    return NDArrays.concat(shifts, 1);
  }

  /** Of the parts of pairs, those that channel c receives. */
  private static NDArray sum(NDList parts, int c) {
    int from = c * (c - 1) / 2;
    NDArray sum = parts.get(from);
    for (int j = 1; j < c; j++) {
      sum = sum.add(parts.get(from + j));
    }
    return sum;
  }

  /**
   * A component by its weight, by the greatest sum of log-weight and Gumbel noise; then channel by
   * channel.
   */
  @Override
  public Draw draw() {
    Shape image = space.shape().slice(1);
    NDArray u = pass.noise().uniform(new Shape(components()).addAll(image));
    NDArray component = logWeights.sub(u.log().neg().log()).argMax(1);
    NDArray w = pass.noise().uniform(space.shape());
    NDArray logit = w.log().sub(constant(w, 1).sub(w).log());
    NDArray spread = logit.div(pick(component, rate)); // F(centre + spread) = w
    NDList spreads = spread.split(channels(), 1);
    double upperEdge = middle() - 0.5; // of the level below, off the middle
    NDArray value =
        chain(
            pick(component, location),
            coefficients.map(c -> pick(component, c)),
            (centre, c) -> {
              NDArray t = spreads.get(c).add(centre);
              return held(t.add(constant(t, upperEdge)).ceil());
            });
    return new Draw(value, logProb(value));
  }

  /** The level at the location of the component of greatest weight, channel by channel. */
  @Override
  public NDArray mode() {
    NDArray component = logWeights.argMax(1);
    return chain(
        pick(component, location),
        coefficients.map(c -> pick(component, c)),
        (centre, c) -> held(centre.add(constant(centre, middle() + 0.5)).floor()));
  }

  /**
   * The mean over components of the mean of the continuous logistic held within the grid, ∫ 1 - F
   * over [0, levels - 1]: within half a level of the mean of the masses where channels are not
   * coupled. A coupled one reads the means of those before it, which is exact up to what the ends
   * of the grid cut off.
   */
  @Override
  public NDArray mean() {
    NDList rates = rate.split(channels(), 1);
    NDArray each =
        chain(
            location,
            coefficients,
            (centre, c) ->
                ClampedMean.mean(centre.add(constant(centre, middle())), rates.get(c), top()));
    return held(each.mul(logWeights.exp().expandDims(1)).sum(new int[] {2}));
  }

  /**
   * The channels' levels one after the other, each from the centre that those before leave it.
   *
   * @param at locations [B or 1, C, ...]
   * @param pairs coefficients [B or 1, pairs, ...]
   * @param level from the centre of a channel [B or 1, 1, ...] and its number
   */
  private NDArray chain(
      NDArray at, Optional<NDArray> pairs, BiFunction<NDArray, Integer, NDArray> level) {
    NDList locations = at.split(channels(), 1);
    NDList weights = pairs.map(p -> p.split(pairs(), 1)).orElseGet(NDList::new);
    NDList levels = new NDList();
    for (int c = 0; c < channels(); c++) {
      NDArray centre = locations.get(c);
      for (int j = 0; j < c && !weights.isEmpty(); j++) {
        NDArray x = levels.get(j).sub(constant(centre, middle()));
        centre = x.mul(weights.get(c * (c - 1) / 2 + j)).add(centre);
      }
      levels.add(level.apply(centre, c));
    }
    return NDArrays.concat(levels, 1);
  }

  /** Of [B or 1, any, K, H, W] what belongs to a component [B, H, W]; by a mask, which exports. */
  private NDArray pick(NDArray component, NDArray each) {
    NDArray all = component.getManager().arange(components()).reshape(components(), 1, 1);
    NDArray mask = component.expandDims(1).eq(all.toType(component.getDataType(), false));
    return each.mul(mask.expandDims(1).toType(each.getDataType(), false)).sum(new int[] {2});
  }

  private NDArray held(NDArray levels) {
    return clip(levels, 0, top());
  }

  private double top() {
    return space.levels() - 1.0;
  }

  private double middle() {
    return top() / 2;
  }

  private int channels() {
    return Math.toIntExact(space.shape().get(0));
  }

  private int pairs() {
    return channels() * (channels() - 1) / 2;
  }

  private int components() {
    return Math.toIntExact(logWeights.getShape().get(1));
  }
}
