package io.varve.priors;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Default;
import io.varve.spi.Distribution;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/**
 * Mixtures of Gaussians with diagonal covariances. Draws choose a component, so that no gradient
 * flows through them: a prior, never a posterior.
 *
 * <p>Its parameters are the logits of the weights, shape [components], and the locations and
 * log-variances (held within ±7), shape [components, event]. As learned constants, locations start
 * at draws of N(0, 1), since equal components would stay equal.
 *
 * @param components how many Gaussians; 10 in Gatopoulos and Tomczak (2021)
 */
@Extension
@Named(
    value = "mixture",
    examples = {"{}", "{components: 3}", "{components: 1}"})
public record Mixture(@Default("10") int components) implements Prior {
  public Mixture {
    if (components < 1) {
      throw new IllegalArgumentException(
          "a mixture has at least 1 component, not %d".formatted(components));
    }
  }

  @Override
  public boolean reparameterised() {
    return false;
  }

  @Override
  public List<Parameters> parameters(Space event) {
    Gaussian.requireReal("mixture", event);
    Shape each = new Shape(components).addAll(event.shape());
    return List.of(
        new Parameters(new Shape(components), Initializer.ZEROS),
        new Parameters(each, new NormalInitializer(1f)),
        new Parameters(each, Initializer.ZEROS));
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Gaussian.requireReal("mixture", event);
    Shape flat = new Shape(-1, components, event.shape().size());
    return new MixtureOfGaussians(
        pass,
        event.shape(),
        parameters.get(0).logSoftmax(1),
        parameters.get(1).reshape(flat),
        Normal.logDeviation(parameters.get(2)).reshape(flat));
  }
}
