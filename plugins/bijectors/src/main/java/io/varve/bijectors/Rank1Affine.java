package io.varve.bijectors;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * y = (diag(d) + u uᵀ) x + shift with d = softplus(elu(·)) &gt; 0, on events [D]: the shared map of
 * Apostolopoulou et al. (2021), Table 5.
 *
 * @param network reads the context and gives the encoded d, u and the shift; without it, or without
 *     context, they are learned constants, near the identity at the start
 */
@Extension
@Named(
    value = "rank1-affine",
    examples = {
      "{}",
      "{network: {type: mlp, hidden: [8], activation: tanh, output-activation: tanh}}"
    })
public record Rank1Affine(Optional<Network> network) implements Bijector {
  @Override
  public Bijection build(Site site, Shape event, List<Shape> context) {
    if (event.dimension() != 1) {
      throw new IllegalArgumentException(
          "'rank1-affine' maps events [D], but this one has the shape %s".formatted(event));
    }
    if (network.isEmpty() && !context.isEmpty()) {
      throw new IllegalArgumentException(
          "'rank1-affine' is given context but has no network to read it; add 'network' or drop 'given'");
    }
    if (context.isEmpty()) {
      return new Rank1Map(new Coefficients.LearnedConstants(event));
    }
    Block block = network.orElseThrow().build(site, context, List.of(event, event, event));
    return new Rank1Map(new Coefficients.FromContext(block));
  }
}
