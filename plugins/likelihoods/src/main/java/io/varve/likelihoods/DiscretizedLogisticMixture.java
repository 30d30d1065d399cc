package io.varve.likelihoods;

import static io.varve.spi.Ops.clip;
import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Default;
import io.varve.spi.Distribution;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * Mixtures of logistics integrated over the bins of a grid, one mixture a pixel for images [C, H,
 * W]; the first and the last bin carry the tails (Salimans et al., 2017, section 2.1).
 *
 * <p>The channels of a pixel share the component. With coupling, the location of a channel moves
 * with the values of those before it: by tanh(c) of each, in units in which the grid spans [-1, 1]
 * (section 2.2).
 *
 * <p>Its parameters, images all, are logits of the weights [K, H, W], locations [C·K, H, W],
 * log-scales [C·K, H, W] and, where channels are coupled, c of each pair of them [C(C - 1)/2 · K,
 * H, W]; the component is the faster axis. Locations and log-scales are in units of [-1, 1] and
 * held within ±10,000 and ±7: beyond, the density stays the same and gradients are zero.
 *
 * @param components K; 10 in Salimans et al. (2017) and Gatopoulos &amp; Tomczak (2021)
 * @param coupling whether a channel reads those before it; without, they are independent given the
 *     component
 */
@Extension
@Named(
    value = "discretized-logistic-mixture",
    examples = {"{}", "{components: 3, coupling: false}", "{components: 1}"})
public record DiscretizedLogisticMixture(
    @Default("10") int components, @Default("true") boolean coupling) implements Likelihood {
  private static final double LOCATION_BOUND = 1e4; // keeps every product finite
  private static final double LOG_SCALE_BOUND = 7; // the floor of Salimans et al. (2017)

  /**
   * Grey, grey and alpha, colour, colour and alpha: each pair of channels is an array to multiply.
   */
  private static final int COUPLED = 4;

  /** Checks the keys. */
  public DiscretizedLogisticMixture {
    if (components < 1) {
      throw new IllegalArgumentException(
          "components: a mixture has at least 1, not %d".formatted(components));
    }
  }

  @Override
  public List<Parameters> parameters(Space event) {
    requireImage(event);
    Shape shape = event.shape();
    List<Parameters> all = new ArrayList<>();
    all.add(new Parameters(maps(1, shape), Initializer.ZEROS));
    // apart from the start: equal components would stay equal
    all.add(new Parameters(maps(shape.get(0), shape), new NormalInitializer(0.5f)));
    all.add(new Parameters(maps(shape.get(0), shape), Initializer.ZEROS));
    if (pairs(shape) > 0) {
      all.add(new Parameters(maps(pairs(shape), shape), Initializer.ZEROS));
    }
    return all;
  }

  /** The shape of so many parameters of each component at each pixel. */
  private Shape maps(long each, Shape image) {
    return new Shape(each * components).addAll(image.slice(1));
  }

  private long pairs(Shape image) {
    return coupling ? image.get(0) * (image.get(0) - 1) / 2 : 0;
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    requireImage(event);
    long channels = event.shape().get(0);
    double half = (event.levels() - 1) / 2.0; // levels per unit
    NDArray location = byComponent(parameters.get(1), channels, event);
    NDArray logScale = byComponent(parameters.get(2), channels, event);
    NDArray rate = constant(logScale, -Math.log(half)).sub(held(logScale, LOG_SCALE_BOUND)).exp();
    long pairs = pairs(event.shape());
    return new LogisticMixture(
        pass,
        event,
        parameters.get(0).logSoftmax(1),
        held(location, LOCATION_BOUND).mul(constant(location, half)),
        rate,
        pairs == 0
            ? Optional.empty()
            : Optional.of(byComponent(parameters.get(3), pairs, event).tanh()));
  }

  private static NDArray held(NDArray x, double bound) {
    return clip(x, -bound, bound);
  }

  /** [B or 1, each · K, H, W] as [B or 1, each, K, H, W]. */
  private NDArray byComponent(NDArray maps, long each, Space event) {
    return maps.reshape(new Shape(-1, each, components).addAll(event.shape().slice(1)));
  }

  private void requireImage(Space event) {
    if (event.levels() < 2) {
      throw new IllegalArgumentException(
          ("'discretized-logistic-mixture' needs a variable of at least 2 levels, but this one has"
                  + " %s; use 'normal' for real values")
              .formatted(event.levels() == 0 ? "real values" : event.levels() + " level"));
    }
    if (event.shape().dimension() != 3) {
      throw new IllegalArgumentException(
          ("'discretized-logistic-mixture' is over images [C, H, W], but this variable has the shape"
                  + " %s; use 'discretized-logistic'")
              .formatted(event.shape()));
    }
    if (coupling && event.shape().get(0) > COUPLED) {
      throw new IllegalArgumentException(
          ("'discretized-logistic-mixture' couples at most %d channels, but this variable has the"
                  + " shape %s; set 'coupling: false'")
              .formatted(COUPLED, event.shape()));
    }
  }
}
