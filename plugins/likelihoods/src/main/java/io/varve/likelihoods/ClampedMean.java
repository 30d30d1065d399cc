package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;

import ai.djl.ndarray.NDArray;

/** A logistic variable held within the grid. */
final class ClampedMean {
  /** Of rate times the grid's length: below it {@link #flat} is precise, above it the edges are. */
  private static final double FLAT = 0.5;

  private ClampedMean() {}

  /**
   * The mean of a logistic held within [0, top]: ∫ 1 - F over it, in levels.
   *
   * <p>As log(1 + exp(rate · centre)) and the same at the other end it is a difference of nearly
   * equal numbers, divided by a rate that may be small: off by a level in single precision. Neither
   * of the two forms here is.
   *
   * @param centre in levels, [B or 1, ...]
   * @param rate the inverse of the scale, above 0, of the same shape
   */
  static NDArray mean(NDArray centre, NDArray rate, double top) {
    NDArray isFlat = rate.lt(constant(rate, FLAT / top)).toType(rate.getDataType(), false);
    NDArray isSteep = constant(rate, 1).sub(isFlat);
    NDArray mean = flat(centre, rate, top).mul(isFlat).add(steep(centre, rate, top).mul(isSteep));
    return clip(mean, 0, top);
  }

  /** The centre within the grid, and what the tails beyond both ends take from it. */
  private static NDArray steep(NDArray centre, NDArray rate, double top) {
    NDArray low = softplus(centre.mul(rate).abs().neg());
    NDArray high = softplus(centre.sub(constant(centre, top)).mul(rate).abs().neg());
    return clip(centre, 0, top).add(low.sub(high).div(rate));
  }

  /**
   * top / 2 + 2 artanh(tanh(m / 2) tanh(d / 4)) / rate, with m the rate times what the centre is
   * off the middle and d the rate times top; artanh by its series, as d is small.
   */
  private static NDArray flat(NDArray centre, NDArray rate, double top) {
    NDArray small = rate.minimum(constant(rate, FLAT / top));
    NDArray middle = constant(centre, top / 2);
    NDArray off = centre.sub(middle).mul(small).mul(constant(centre, 0.5)).tanh();
    NDArray p = small.mul(constant(small, top / 4)).tanh().mul(off);
    NDArray q = p.square();
    NDArray series = q.mul(constant(q, 1.0 / 7)).add(constant(q, 1.0 / 5)).mul(q);
    series = series.add(constant(q, 1.0 / 3)).mul(q).add(constant(q, 1));
    return p.mul(series).mul(constant(p, 2)).div(small).add(middle);
  }
}
