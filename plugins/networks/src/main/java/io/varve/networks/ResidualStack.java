package io.varve.networks;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.networks.layer.Vectors;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/**
 * Parameters of a distribution of data, refined latent by latent (Apostolopoulou et al., 2021,
 * figure 5b and section 4.2): the first of {@code given} makes a first estimate γ₁ = r₁(z₁), and
 * each later one corrects it, γ_l = γ_{l-1} + r_l(h_l(γ_{l-1}), z_l), where h is a small feature of
 * the estimate so far.
 *
 * @param of the settings of every r; with {@code heads: twin} each output is refined by a network
 *     of its own
 * @param hidden the settings of every h; each output has its own, which reads its estimate alone
 * @param features how many numbers an h gives; 100 in Table 9
 */
@Extension
@Named(
    value = "residual-stack",
    examples = {
      "{of: {type: mlp, hidden: [8]}}",
      "{of: {type: mlp, hidden: [6], heads: twin}, hidden: {type: mlp, hidden: [5]}, features: 3}"
    })
public record ResidualStack(
    Network of,
    @Default("{type: mlp, hidden: [512, 512]}") Network hidden,
    @Default("100") int features)
    implements Network {

  /** Checks the keys. */
  public ResidualStack {
    PosteriorStream.requireFeatures("features", features);
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    Vectors.require("residual-stack", inputs, outputs);
    return new Refined(this, site, inputs, outputs);
  }

  private static final class Refined extends Assembly {
    private final Block first;
    private final List<Correction> corrections = new ArrayList<>();

    /** h of each output, and r. */
    private record Correction(List<Block> hidden, Block residual) {}

    Refined(ResidualStack keys, Site site, List<Shape> inputs, List<Shape> outputs) {
      super(site, outputs);
      first = part("residual1", keys.of(), inputs.subList(0, 1), outputs);
      for (int level = 2; level <= inputs.size(); level++) {
        List<Block> hidden = new ArrayList<>();
        List<Shape> read = new ArrayList<>();
        List<Shape> feature = List.of(new Shape(keys.features()));
        for (Shape output : outputs) {
          String name = "hidden" + level + "-" + (hidden.size() + 1);
          hidden.add(part(name, keys.hidden(), List.of(output), feature));
          read.addAll(feature);
        }
        read.add(inputs.get(level - 1));
        Block residual = part("residual" + level, keys.of(), read, outputs);
        corrections.add(new Correction(hidden, residual));
      }
    }

    @Override
    NDList of(Parts parts, NDList inputs) {
      NDList estimate = parts.run(first, new NDList(inputs.head()));
      for (int i = 0; i < corrections.size(); i++) {
        Correction correction = corrections.get(i);
        NDList read = new NDList(estimate.size() + 1);
        for (int j = 0; j < estimate.size(); j++) {
          read.addAll(parts.run(correction.hidden().get(j), new NDList(estimate.get(j))));
        }
        read.add(inputs.get(i + 1));
        NDList residual = parts.run(correction.residual(), read);
        NDList next = new NDList(estimate.size());
        for (int j = 0; j < estimate.size(); j++) {
          next.add(estimate.get(j).add(residual.get(j)));
        }
        estimate = next;
      }
      return estimate;
    }
  }
}
