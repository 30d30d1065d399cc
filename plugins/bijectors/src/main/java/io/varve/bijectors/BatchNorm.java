package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Site;
import java.util.List;
import org.pf4j.Extension;

/**
 * Batch normalisation as a step of a flow (Dinh et al., 2017, section 3.7; Papamakarios et al.,
 * 2017, appendix B), value by value, on events of any shape.
 *
 * <p>{@code inverse}, from the variable x to the base, is u = (x - m) / sqrt(v + epsilon) · e^scale
 * + shift, where scale and shift are learned. Mean m and variance v are those of the batch while
 * training, and running averages in evaluation; {@code forward} always goes by the averages.
 *
 * @param momentum the share of a batch in the running averages
 * @param epsilon added to variances
 */
@Extension
@Named(
    value = "batch-norm",
    examples = {"{}", "{momentum: 0.5, epsilon: 0.1}"})
public record BatchNorm(@Default("0.1") double momentum, @Default("1e-5") double epsilon)
    implements Bijector {
  /** Checks the keys. */
  public BatchNorm {
    if (!(momentum > 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "momentum: expected more than 0 and at most 1, got %s".formatted(momentum));
    }
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new IllegalArgumentException(
          "epsilon: expected more than 0 and at most 1, got %s".formatted(epsilon));
    }
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (!context.isEmpty()) {
      throw new IllegalArgumentException(
          "'batch-norm' reads no context, but %d arrays are given; drop 'given'"
              .formatted(context.size()));
    }
    return new Normalised(this, event);
  }
}
