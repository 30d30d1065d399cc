package io.varve.priors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.Optional;

/**
 * N(loc, deviation²), independent over the event; arrays are [B or 1, event].
 *
 * <p>Both the deviation and its logarithm are kept: each encoding of a scale has one for free.
 */
record Gaussian(Pass pass, Shape event, NDArray loc, NDArray deviation, NDArray logDeviation)
    implements Distribution {
  /** Refuses a space that a density over real numbers cannot live on. */
  static void requireReal(String family, Space event) {
    if (event.levels() != 0) {
      throw new IllegalArgumentException(
          ("'%s' is a density over real numbers, but the variable has %d levels; use a family over"
                  + " levels such as 'discretized-logistic', or dequantize the data")
              .formatted(family, event.levels()));
    }
  }

  /** The part of -log N(x; 0, I) that does not depend on x: half an event's size of log 2π. */
  static double logNormaliser(Shape event) {
    return event.size() * 0.5 * Math.log(2 * Math.PI);
  }

  @Override
  public Draw draw() {
    NDArray epsilon = pass.noise().normal(event);
    return new Draw(epsilon.mul(deviation).add(loc), logDensity(epsilon));
  }

  @Override
  public NDArray logProb(NDArray value) {
    return logDensity(value.sub(loc).div(deviation));
  }

  /** log N(loc + deviation · epsilon; loc, deviation²). */
  private NDArray logDensity(NDArray epsilon) {
    NDArray half = constant(epsilon, 0.5);
    NDArray terms = epsilon.square().mul(half).add(logDeviation);
    return sumEvent(terms).add(constant(epsilon, logNormaliser(event))).neg();
  }

  @Override
  public NDArray mode() {
    return loc;
  }

  /** Σ log(σp / σq) + (σq² + (μq - μp)²) / 2σp² - ½ over the event, for another Gaussian. */
  @Override
  public Optional<NDArray> kl(Distribution other) {
    if (!(other instanceof Gaussian p)) {
      return Optional.empty();
    }
    NDArray variance = deviation.div(p.deviation).square();
    NDArray distance = loc.sub(p.loc).div(p.deviation).square();
    NDArray half = constant(variance, 0.5);
    NDArray one = constant(variance, 1);
    NDArray terms = variance.add(distance).sub(one).mul(half).add(p.logDeviation).sub(logDeviation);
    return Optional.of(sumEvent(terms));
  }
}
