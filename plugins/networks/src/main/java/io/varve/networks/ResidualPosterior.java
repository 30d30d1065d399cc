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
import java.util.Optional;
import org.pf4j.Extension;

/**
 * The posterior of Apostolopoulou et al. (2021), figure 8 and section 8: a first estimate φ₁(z)
 * from the latent codes, and a residual r(h(z), e) from a hidden feature h of them and the evidence
 * e, which corrects it: φ = φ₁ + r.
 *
 * <p>The first of {@code given} is the evidence, the others are latent codes; the first level of a
 * hierarchy gives none, and then φ = r(e). φ₁ and r are networks of the same settings, and so is h
 * by default.
 *
 * @param evidence the encoder of the evidence; without it the evidence is a feature already
 * @param latent the encoder of all latent codes together; without it they are read as they are
 * @param evidenceFeatures how many the encoder of the evidence gives; 64 in Table 6
 * @param latentFeatures how many the encoder of the latent codes gives; 20 in Table 6
 * @param hiddenFeatures the size of h; by default a third of the first output's, rounded down
 * @param hidden the settings of h; by default those of {@code head}
 * @param head the settings of φ₁ and r
 */
@Extension
@Named(
    value = "residual-posterior",
    examples = {
      "{evidence: {type: mlp, hidden: [6]}, latent: {type: mlp, hidden: [5]}, evidence-features: 4, latent-features: 3, head: {type: mlp, hidden: [8], heads: twin}}",
      "{hidden: {type: mlp, hidden: [4]}, hidden-features: 2, head: {type: mlp, hidden: [8]}}"
    })
public record ResidualPosterior(
    Optional<Network> evidence,
    Optional<Network> latent,
    @Default("64") int evidenceFeatures,
    @Default("20") int latentFeatures,
    Optional<Integer> hiddenFeatures,
    Optional<Network> hidden,
    @Default("{type: mlp, hidden: [256, 256], heads: twin}") Network head)
    implements Network {
  private static final long SHARE = 3; // of an output's size, h has one third

  /** Checks the keys. */
  public ResidualPosterior {
    PosteriorStream.requireFeatures("evidence-features", evidenceFeatures);
    PosteriorStream.requireFeatures("latent-features", latentFeatures);
    hiddenFeatures.ifPresent(size -> PosteriorStream.requireFeatures("hidden-features", size));
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    Vectors.require("residual-posterior", inputs, outputs);
    return new Corrected(this, site, inputs, outputs);
  }

  private Shape size(List<Shape> outputs) {
    long third = Math.max(1, outputs.get(0).size() / SHARE);
    return new Shape(hiddenFeatures.map(Integer::longValue).orElse(third));
  }

  private static final class Corrected extends Assembly {
    private final PosteriorStream evidence;
    private final PosteriorStream latent;
    private final Optional<Block> estimate;
    private final Optional<Block> hidden;
    private final Block residual;

    Corrected(ResidualPosterior keys, Site site, List<Shape> inputs, List<Shape> outputs) {
      super(site, outputs);
      List<Shape> codes = inputs.subList(1, inputs.size());
      int features = keys.evidenceFeatures();
      evidence =
          PosteriorStream.of(this, "evidence", keys.evidence(), features, inputs.subList(0, 1));
      latent = PosteriorStream.of(this, "latent", keys.latent(), keys.latentFeatures(), codes);
      List<Shape> read = new ArrayList<>();
      if (codes.isEmpty()) {
        estimate = Optional.empty();
        hidden = Optional.empty();
      } else {
        Shape size = keys.size(outputs);
        estimate = Optional.of(part("estimate", keys.head(), latent.shapes(), outputs));
        Network settings = keys.hidden().orElse(keys.head());
        hidden = Optional.of(part("hidden", settings, latent.shapes(), List.of(size)));
        read.add(size);
      }
      read.addAll(evidence.shapes());
      residual = part("residual", keys.head(), read, outputs);
    }

    @Override
    NDList of(Parts parts, NDList inputs) {
      NDList e = evidence.of(parts, new NDList(inputs.head()));
      if (estimate.isEmpty()) {
        return parts.run(residual, e);
      }
      NDList z = latent.of(parts, inputs.subNDList(1));
      NDList read = new NDList(parts.run(hidden.orElseThrow(), z));
      read.addAll(e);
      NDList correction = parts.run(residual, read);
      NDList first = parts.run(estimate.get(), z);
      NDList sums = new NDList(first.size());
      for (int i = 0; i < first.size(); i++) {
        sums.add(first.get(i).add(correction.get(i)));
      }
      return sums;
    }
  }
}
