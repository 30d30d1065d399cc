package io.varve.broken;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;
import java.util.Optional;

/** Independent normals as they should be: what the broken priors each get one thing wrong of. */
class Gaussian implements Distribution {
  final Pass pass;
  final Space space;
  final NDArray loc;
  NDArray logDeviation;

  Gaussian(Pass pass, Space space, NDList parameters) {
    requireReal(space);
    this.pass = pass;
    this.space = space;
    loc = parameters.get(0);
    logDeviation = clip(parameters.get(1), -3, 3);
  }

  static List<Parameters> parameters(Space space) {
    requireReal(space);
    Parameters each = new Parameters(space.shape(), Initializer.ZEROS);
    return List.of(each, each);
  }

  static void requireReal(Space space) {
    if (space.levels() != 0) {
      throw new IllegalArgumentException(
          "a density over real numbers cannot live on %d levels".formatted(space.levels()));
    }
  }

  NDArray deviation() {
    return logDeviation.exp();
  }

  @Override
  public Draw draw() {
    NDArray value = pass.noise().normal(space.shape()).mul(deviation()).add(loc);
    return new Draw(value, logProb(value));
  }

  @Override
  public NDArray logProb(NDArray value) {
    NDArray epsilon = value.sub(loc).div(deviation());
    return logDensity(epsilon, logDeviation);
  }

  NDArray logDensity(NDArray epsilon, NDArray logScale) {
    NDArray terms = epsilon.square().mul(constant(epsilon, 0.5)).add(logScale);
    double normaliser = space.shape().size() * 0.5 * Math.log(2 * Math.PI);
    return sumEvent(terms).add(constant(epsilon, normaliser)).neg();
  }

  @Override
  public NDArray mode() {
    return loc;
  }

  @Override
  public Optional<NDArray> kl(Distribution other) {
    return other instanceof Gaussian p ? Optional.of(sumEvent(klTerms(p))) : Optional.empty();
  }

  NDArray klTerms(Gaussian p) {
    NDArray variance = deviation().div(p.deviation()).square();
    NDArray distance = loc.sub(p.loc).div(p.deviation()).square();
    NDArray moments = variance.add(distance).sub(constant(variance, 1));
    return moments.mul(constant(variance, 0.5)).add(p.logDeviation).sub(logDeviation);
  }
}
