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
 * One step of a masked autoregressive flow (Papamakarios et al., 2017), on events of any shape,
 * whose values are taken in order, row by row: a conditional MADE (Germain et al., 2015;
 * Apostolopoulou et al., 2021, section 9.2) gives shift and scale of each value from the values
 * before it and from all context.
 *
 * <p>{@code inverse}, from the variable to the base, is one evaluation of the network: densities of
 * data are fast. {@code forward} iterates. {@code {type: inverse, of: {type: maf}}} is the inverse
 * autoregressive flow, whose draws are fast. The step starts near the identity, with the sigmoid
 * gate near y = 0.82 x.
 *
 * @param hidden the widths of the hidden layers; empty for a linear network
 * @param activation after each hidden layer
 * @param order in which the values of an event depend on each other
 * @param degrees of hidden units, that is how many values a unit reads
 * @param gate what is done with shift and scale
 * @param tolerance {@code forward} stops when no value of any event changes by more than this times
 *     1 + |value|, a billionth of it in double precision: D evaluations of the network at most, and
 *     usually far fewer; see {@link io.varve.spi.Pass#fixedPoint}
 */
@Extension
@Named(
    value = "maf",
    examples = {
      "{hidden: [8, 8], activation: tanh}",
      "{hidden: [6], activation: elu, order: natural, degrees: random, gate: sigmoid}",
      "{hidden: [], order: reversed, tolerance: 0}"
    })
public record Maf(
    @Default("[1024, 1024]") List<Integer> hidden,
    @Default("relu") Activation activation,
    @Default("random") Order order,
    @Default("equal") Degrees degrees,
    @Default("affine") Gate gate,
    @Default("1e-6") double tolerance)
    implements Bijector {

  /** In which order the values of an event depend on each other. */
  public enum Order {
    /** As they stand. */
    NATURAL,
    /** The last first. */
    REVERSED,
    /** Shuffled, differently at each place of a model. */
    RANDOM;

    /** The place of each value in the order, 1 to D. */
    int[] degrees(int size, Random random) {
      int[] degrees = new int[size];
      for (int i = 0; i < size; i++) {
        int other = this == RANDOM ? random.nextInt(i + 1) : i; // Fisher and Yates, from inside out
        degrees[i] = degrees[other];
        degrees[other] = this == REVERSED ? size - i : i + 1;
      }
      return degrees;
    }
  }

  /** How the degrees of hidden units are chosen. */
  public enum Degrees {
    /** Evenly spread. */
    EQUAL,
    /** Drawn; where there are enough units, each degree once before. */
    RANDOM;

    /** Degrees of a layer: each of them where there are enough units, the lowest in any case. */
    int[] of(int lowest, int highest, int width, Random random) {
      int[] degrees = new int[width];
      int count = highest - lowest + 1;
      for (int i = 0; i < width; i++) {
        int even = (int) ((long) i * count / width);
        int drawn = i == 0 || (i < count && width >= count) ? i : random.nextInt(count);
        degrees[i] = lowest + (this == EQUAL ? even : drawn);
      }
      return degrees;
    }
  }

  /** Checks the keys. */
  public Maf {
    hidden = List.copyOf(hidden);
    for (int width : hidden) {
      if (width < 1) {
        throw new IllegalArgumentException(
            "hidden: every layer needs a width of at least 1, but they are %s".formatted(hidden));
      }
    }
    if (!(tolerance >= 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "tolerance: expected at least 0 and less than 1, got %s".formatted(tolerance));
    }
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (event.size() < 2) {
      throw new IllegalArgumentException(
          "'maf' maps events of at least 2 values, but this one has the shape %s; use 'rank1-affine'"
              .formatted(event));
    }
    int size = Math.toIntExact(event.size());
    Random random = new Random(site.seed());
    ValueOrder values = ValueOrder.of(order, size, random);
    Made made = new Made(this, size, context, random);
    return Flat.of(event, new Autoregressive(this, size, values, made));
  }
}
