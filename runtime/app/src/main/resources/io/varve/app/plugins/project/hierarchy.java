package @package@;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * A variational autoencoder: data x, and one latent z.
 *
 * @param size how many numbers z has
 * @param network what both directions use, each with weights of its own
 * @param prior p(z)
 * @param posterior the family of q(z | x)
 * @param likelihood the family of p(x | z)
 */
@Extension
@Named(value = "@name@", examples = {"{}", "{size: 2, likelihood: {type: discretized-logistic}}"})
public record @Type@(
    @Default("8") int size,
    @Default("mlp") Network network,
    @Default("standard-normal") Factor prior,
    @Default("normal") Factor posterior,
    @Default("discretized-logistic") Factor likelihood)
    implements Hierarchy {
  /** Refuses a latent without numbers. */
  public @Type@ {
    if (size < 1) {
      throw new IllegalArgumentException("'size' must be at least 1, not " + size);
    }
  }

  @Override
  public List<Node> nodes(Space x) {
    Factor q = given("x", posterior);
    Factor p = given("z", likelihood);
    return List.of(
        new Node.Latent("z", new Shape(size), prior, q, List.of()), new Node.Observed("x", p));
  }

  private Factor given(String name, Factor factor) {
    return new Factor(List.of(name), factor.family(), Optional.of(network), factor.flow());
  }
}
