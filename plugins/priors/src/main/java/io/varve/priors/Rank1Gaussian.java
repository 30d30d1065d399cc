package io.varve.priors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Pass;
import java.util.Optional;

/** N(loc, S²) over an event of D values; loc is [B or 1, D], as are those of S. */
record Rank1Gaussian(Pass pass, Shape event, NDArray loc, Rank1Scale scale)
    implements Distribution {
  @Override
  public Draw draw() {
    NDArray epsilon = rows(pass.noise().normal(event));
    return new Draw(events(scale.times(epsilon).add(loc)), logDensity(epsilon));
  }

  @Override
  public NDArray logProb(NDArray value) {
    return logDensity(scale.solve(rows(value).sub(loc)));
  }

  /** log N(loc + S epsilon; loc, S²). */
  private NDArray logDensity(NDArray epsilon) {
    NDArray half = sumEvent(epsilon.square()).mul(constant(epsilon, 0.5));
    return half.add(scale.logDet()).add(constant(half, Gaussian.logNormaliser(event))).neg();
  }

  @Override
  public NDArray mode() {
    return events(loc);
  }

  /**
   * log det P / det S + ½ (tr P⁻² S² + |P⁻¹(μq - μp)|² - D), for a Gaussian of the diagonal scale
   * P.
   */
  @Override
  public Optional<NDArray> kl(Distribution other) {
    if (!(other instanceof Gaussian p)) {
      return Optional.empty();
    }
    NDArray deviation = rows(p.deviation());
    NDArray spread = scale.variance().add(loc.sub(rows(p.loc())).square());
    NDArray square = spread.div(deviation.square()).sub(constant(spread, 1));
    NDArray terms = square.mul(constant(square, 0.5)).add(rows(p.logDeviation()));
    return Optional.of(sumEvent(terms).sub(scale.logDet()));
  }

  private NDArray rows(NDArray events) {
    return events.reshape(-1, event.size());
  }

  private NDArray events(NDArray rows) {
    return rows.reshape(new Shape(-1).addAll(event));
  }
}
