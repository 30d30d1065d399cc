package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Distribution;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/**
 * Logistic densities integrated over the bins of a grid; the first and the last bin carry the tails
 * (Salimans et al., 2017, equation 2, with one component).
 *
 * <p>Its parameters are a location and a log-scale, each of the event's shape and in units in which
 * the grid spans [-1, 1]. Locations are held within ±10,000 and log-scales within ±7: beyond, the
 * density stays the same and gradients are zero.
 */
@Extension
@Named("discretized-logistic")
public record DiscretizedLogistic() implements Likelihood {
  private static final double LOCATION_BOUND = 1e4; // keeps every product below finite
  private static final double LOG_SCALE_BOUND = 7; // the floor of Salimans et al. (2017)

  @Override
  public List<Parameters> parameters(Space event) {
    requireLevels(event);
    Parameters each = new Parameters(event.shape(), Initializer.ZEROS);
    return List.of(each, each);
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    requireLevels(event);
    NDArray location = clip(parameters.get(0), -LOCATION_BOUND, LOCATION_BOUND);
    NDArray logScale = clip(parameters.get(1), -LOG_SCALE_BOUND, LOG_SCALE_BOUND);
    NDArray half = constant(location, (event.levels() - 1) / 2.0); // levels per unit
    NDArray centre = location.add(constant(location, 1)).mul(half);
    NDArray rate = logScale.neg().exp().div(half);
    return new DiscretizedLogisticDistribution(pass, event, centre, rate);
  }

  private static void requireLevels(Space event) {
    if (event.levels() < 2) {
      throw new IllegalArgumentException(
          ("'discretized-logistic' needs a variable of at least 2 levels, but this one has %s; use"
                  + " 'normal' for real values")
              .formatted(event.levels() == 0 ? "real values" : event.levels() + " level"));
    }
  }
}
