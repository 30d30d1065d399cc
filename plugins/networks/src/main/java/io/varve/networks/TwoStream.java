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
 * The posterior of Apostolopoulou et al. (2021), Table 5: evidence and latent codes go through
 * encoders of their own, and a head reads the features of both.
 *
 * <p>The first of {@code given} is the evidence, the others are latent codes; the first level of a
 * hierarchy gives none.
 *
 * @param evidence the encoder of the evidence; without it the evidence is a feature already
 * @param latent the encoder of all latent codes together; without it the head reads them as they
 *     are
 * @param features how many each encoder gives
 * @param head gives the outputs
 */
@Extension
@Named(
    value = "two-stream",
    examples = {
      "{evidence: {type: mlp, hidden: [6]}, latent: {type: mlp, hidden: [5]}, features: 4, head: {type: mlp, hidden: [8], heads: twin}}",
      "{latent: {type: mlp, hidden: [6]}, features: 3, head: {type: mlp, hidden: [8]}}",
      "{head: {type: mlp, hidden: []}}"
    })
public record TwoStream(
    Optional<Network> evidence,
    Optional<Network> latent,
    @Default("20") int features,
    @Default("{type: mlp, hidden: [256, 256], heads: twin}") Network head)
    implements Network {

  /** Checks the keys. */
  public TwoStream {
    PosteriorStream.requireFeatures("features", features);
  }

  @Override
  public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
    Vectors.require("two-stream", inputs, outputs);
    return new Joined(this, site, inputs, outputs);
  }

  private static final class Joined extends Assembly {
    private final PosteriorStream evidence;
    private final PosteriorStream latent;
    private final Block head;

    Joined(TwoStream keys, Site site, List<Shape> inputs, List<Shape> outputs) {
      super(site, outputs);
      int features = keys.features();
      List<Shape> codes = inputs.subList(1, inputs.size());
      evidence =
          PosteriorStream.of(this, "evidence", keys.evidence(), features, inputs.subList(0, 1));
      latent = PosteriorStream.of(this, "latent", keys.latent(), features, codes);
      List<Shape> read = new ArrayList<>(evidence.shapes());
      read.addAll(latent.shapes());
      head = part("head", keys.head(), read, outputs);
    }

    @Override
    NDList of(Parts parts, NDList inputs) {
      NDList read = new NDList(evidence.of(parts, new NDList(inputs.head())));
      read.addAll(latent.of(parts, inputs.subNDList(1)));
      return parts.run(head, read);
    }
  }
}
