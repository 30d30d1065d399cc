package io.varve.priors;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplusElu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.initializer.Initializer;
import io.varve.spi.Default;
import io.varve.spi.Distribution;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/**
 * Gaussians with a diagonal covariance, over a latent or over real-valued data.
 *
 * <p>Its parameters are a location and an encoded scale, each of the event's shape; both start at
 * zero where they are learned constants.
 *
 * @param scale how the second parameter encodes the deviation
 */
@Extension
@Named(
    value = "normal",
    examples = {"{}", "{scale: softplus-elu}"})
public record Normal(@Default("exp") Scale scale) implements Prior, Likelihood {
  private static final double LOG_VARIANCE_BOUND = 7; // Gatopoulos & Tomczak (2021), their program

  /** An encoding s of a deviation σ as any real number. */
  public enum Scale {
    /** σ = exp(s / 2): s is the log-variance, held within ±7. */
    EXP,
    /** σ = softplus(elu(s)), at least 0.313: Apostolopoulou et al. (2021), equation 11. */
    SOFTPLUS_ELU
  }

  @Override
  public List<Parameters> parameters(Space event) {
    Gaussian.requireReal("normal", event);
    Parameters each = new Parameters(event.shape(), Initializer.ZEROS);
    return List.of(each, each);
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Gaussian.requireReal("normal", event);
    NDArray loc = parameters.get(0);
    NDArray encoded = parameters.get(1);
    return switch (scale) {
      case EXP -> {
        NDArray logDeviation = logDeviation(encoded);
        yield new Gaussian(pass, event.shape(), loc, logDeviation.exp(), logDeviation);
      }
      case SOFTPLUS_ELU -> {
        NDArray deviation = softplusElu(encoded);
        yield new Gaussian(pass, event.shape(), loc, deviation, deviation.log());
      }
    };
  }

  /** log σ of a log-variance, held within ±7. */
  static NDArray logDeviation(NDArray logVariance) {
    return clip(logVariance, -LOG_VARIANCE_BOUND, LOG_VARIANCE_BOUND)
        .mul(constant(logVariance, 0.5));
  }
}
