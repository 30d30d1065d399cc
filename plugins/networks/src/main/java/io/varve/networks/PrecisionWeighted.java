package io.varve.networks;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplus;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * The posterior of the Ladder VAE (Sønderby et al., 2016, equations 11 and 12): a bottom-up
 * estimate of mean and variance joined with p's by their precisions.
 *
 * <p>It stands in a q with {@code given: ["p(z)", d]}: p's mean and log-variance, then what the
 * bottom-up estimate reads. Given one array alone, as at the top of a hierarchy, q is the bottom-up
 * estimate. p and q must be {@code normal} with {@code scale: exp}: other encodings have the same
 * shapes and cannot be told from it here. Log-variances are held within ±7, as {@code normal} holds
 * them.
 *
 * @param network gives the bottom-up mean and log-variance
 */
@Extension
@Named(
    value = "precision-weighted",
    examples = {"{}", "{network: {type: mlp, hidden: [6], activation: elu}}"})
public record PrecisionWeighted(@Default("{type: mlp, hidden: []}") Network network)
    implements Network {
  private static final double LOG_VARIANCE_BOUND = 7; // that of `normal`

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    if (outputs.size() != 2 || !outputs.get(0).equals(outputs.get(1))) {
      throw new IllegalArgumentException(
          "'precision-weighted' gives a mean and a log-variance of one shape, not %s; let q be {type: normal, scale: exp}"
              .formatted(outputs));
    }
    boolean top = inputs.size() == 1;
    if (!top && (inputs.size() < 3 || !inputs.subList(0, 2).equals(outputs))) {
      throw new IllegalArgumentException(
          "'precision-weighted' reads p's mean and log-variance of shape %s and then a feature, not %s; write given: [\"p(z)\", d] with a p of {type: normal, scale: exp}"
              .formatted(outputs.get(0), inputs));
    }
    return new Weighted(this, site, inputs, outputs);
  }

  private static final class Weighted extends Assembly {
    private final Block bottomUp;

    Weighted(PrecisionWeighted keys, Site site, List<Shape> inputs, List<Shape> outputs) {
      super(site, outputs);
      List<Shape> read = inputs.size() == 1 ? inputs : inputs.subList(2, inputs.size());
      bottomUp = part("network", keys.network(), read, outputs);
    }

    /** The precision of the bottom-up estimate is the share w = σ(log σ²_p - log σ²) of the sum. */
    @Override
    NDList of(Parts parts, NDList inputs) {
      if (inputs.size() == 1) {
        return parts.run(bottomUp, inputs);
      }
      NDList estimate = parts.run(bottomUp, inputs.subNDList(2));
      NDArray bottom = held(estimate.get(1));
      NDArray excess = bottom.sub(held(inputs.get(1)));
      NDArray one = constant(excess, 1);
      NDArray weight = one.div(one.add(excess.exp()));
      NDArray towards = estimate.get(0).sub(inputs.get(0)).mul(weight);
      return new NDList(inputs.get(0).add(towards), bottom.sub(softplus(excess)));
    }

    private static NDArray held(NDArray logVariance) {
      return clip(logVariance, -LOG_VARIANCE_BOUND, LOG_VARIANCE_BOUND);
    }
  }
}
