package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Site;
import java.util.List;
import java.util.Random;
import org.pf4j.Extension;

/**
 * The values of an event in another order, which is fixed; on events of any shape, whose values are
 * taken row by row.
 *
 * @param order the last value first, or shuffled, differently at each place of a model
 */
@Extension
@Named(
    value = "permutation",
    examples = {"{}", "{order: random}"})
public record Permutation(@Default("reverse") Order order) implements Bijector {
  /** How values are put. */
  public enum Order {
    /** The last first. */
    REVERSE,
    /** Shuffled by the seed of the place. */
    RANDOM
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (!context.isEmpty()) {
      throw new IllegalArgumentException(
          "'permutation' reads no context, but %d arrays are given; drop 'given'"
              .formatted(context.size()));
    }
    int size = Math.toIntExact(event.size());
    Maf.Order as = order == Order.REVERSE ? Maf.Order.REVERSED : Maf.Order.RANDOM;
    return Flat.of(event, new Permuted(as.degrees(size, new Random(site.seed()))));
  }
}
