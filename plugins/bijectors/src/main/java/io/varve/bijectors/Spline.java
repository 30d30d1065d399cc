package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pf4j.Extension;

/**
 * Rational-quadratic splines in couplings (Durkan et al., 2019), on events of any shape, whose
 * values are taken row by row: some values stay as they are and give, with the context, a monotone
 * spline for each of the others. Outside of (-bound, bound) a value stays as it is. Between
 * couplings the values are shuffled, the same way always, and after the last put back.
 *
 * <p>What the network gives is multiplied by three learned numbers a coupling, 0.1 at the start:
 * the step starts near the identity, which is what zeros give. Outputs should be bounded, as by
 * tanh: a spline may get too flat to be undone in single precision. Defaults are those of
 * Apostolopoulou et al. (2021), Table 9, which has no such numbers.
 *
 * @param network reads the kept values and the context, and gives widths, heights and inner slopes
 *     of the bins; each coupling has its own
 * @param bins how many pieces a spline has
 * @param bound splines reach from minus this to this
 * @param layers how many couplings
 * @param kept how many values a coupling leaves as they are
 */
@Extension
@Named(
    value = "spline",
    examples = {
      "{network: {type: mlp, hidden: [6], activation: tanh, output-activation: tanh}, bins: 4, bound: 3, layers: 2, kept: 2}",
      "{network: {type: mlp, hidden: [5], activation: elu, output-activation: tanh, heads: twin}, bins: 2, bound: 5, layers: 1, kept: 1}"
    })
public record Spline(
    @Default(
            "{type: mlp, hidden: [60, 60], activation: tanh, output-activation: tanh, heads: twin}")
        Network network,
    @Default("32") int bins,
    @Default("20") double bound,
    @Default("5") int layers,
    @Default("5") int kept)
    implements Bijector {
  /** With more, bins of the least width would fill the spline. */
  private static final int MOST_BINS = 500;

  private static final double LARGEST = 1e6;

  /** Checks the keys. */
  public Spline {
    if (bins < 2 || bins > MOST_BINS) {
      throw new IllegalArgumentException(
          "bins: expected 2 to %d, got %d".formatted(MOST_BINS, bins));
    }
    if (!(bound > 0 && bound <= LARGEST)) {
      throw new IllegalArgumentException(
          "bound: expected more than 0 and at most 1e6, got %s".formatted(bound));
    }
    if (layers < 1) {
      throw new IllegalArgumentException("layers: expected at least 1, got %d".formatted(layers));
    }
    if (kept < 1) {
      throw new IllegalArgumentException("kept: expected at least 1, got %d".formatted(kept));
    }
  }

  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (kept >= event.size()) {
      throw new IllegalArgumentException(
          "'spline' keeps %d values and maps the others, but events of the shape %s have only %d; lower 'kept'"
              .formatted(kept, event, event.size()));
    }
    int size = Math.toIntExact(event.size());
    int changed = size - kept;
    List<Shape> inputs = new ArrayList<>(List.of(new Shape(kept)));
    inputs.addAll(context);
    Shape each = new Shape((long) changed * bins);
    List<Shape> outputs = List.of(each, each, new Shape((long) changed * (bins - 1)));
    Random random = new Random(site.seed());
    List<Bijection> maps = new ArrayList<>();
    int[] back = Maf.Order.NATURAL.degrees(size, random); // where the value at each place was first
    for (int i = 0; i < layers; i++) {
      if (i > 0) {
        int[] places = Maf.Order.RANDOM.degrees(size, random);
        maps.add(new Permuted(places));
        int[] before = back.clone();
        for (int j = 0; j < size; j++) {
          back[places[j] - 1] = before[j];
        }
      }
      Site at = new Site(site.path() + ".coupling" + i, random.nextLong());
      Block block = network.build(at, inputs, outputs);
      maps.add(new SplineCoupling(this, block));
    }
    maps.add(new Permuted(back));
    return Flat.of(event, new Chain(List.copyOf(maps)));
  }
}
