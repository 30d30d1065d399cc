package io.varve.hierarchies;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import org.pf4j.Extension;

/**
 * The ladder variational autoencoder (Sønderby et al., 2016, section 2.2): features of the data are
 * computed from the bottom up, and from the top down each latent's posterior combines its prior
 * with the features of its level.
 *
 * <pre>
 * p(z_L) ∏ p(z_l | z_{l+1}) p(x | z_1)
 * q(z_L | d_L) ∏ q(z_l | p(z_l | z_{l+1}), d_l),   d_l = up_l(d_{l-1}),   d_0 = x
 * </pre>
 *
 * <p>z1, z2, ... and d1, d2, ... count from the data up, as in that paper. Templates name no
 * variables. q reads the parameters of its level's p, then d; at the top, d alone.
 *
 * @param levels from the data up
 * @param q of every level; {@code precision-weighted} is the paper's network
 * @param x p(x | z_1)
 */
@Extension
@Named(
    value = "ladder",
    examples = {
      """
      levels:
        - width: 3
          features: 8
          up: {type: mlp, hidden: [8]}
          p: {type: normal, network: {type: mlp, hidden: [8]}}
        - {width: 2, features: 6, up: {type: mlp, hidden: [6]}}
      q: {type: normal, network: precision-weighted}
      x: {type: bernoulli, network: {type: mlp, hidden: [8]}}
      """
    })
public record Ladder(List<Level> levels, Factor q, Factor x) implements Hierarchy {

  /**
   * A level.
   *
   * @param width of z_l
   * @param features the width of d_l
   * @param up d_l from d_{l-1}, from x at the first level
   * @param p p(z_l | z_{l+1}); at the last level p(z_L), which reads nothing
   */
  public record Level(int width, int features, Network up, @Default("standard-normal") Factor p) {
    /** Checks the keys. */
    public Level {
      Templates.requirePositive("width", width);
      Templates.requirePositive("features", features);
      Templates.requireUnwired("ladder", "p", p);
    }
  }

  /** Checks the keys. */
  public Ladder {
    levels = List.copyOf(levels);
    if (levels.isEmpty()) {
      throw new IllegalArgumentException("levels: expected at least one, got none");
    }
    Templates.requireUnwired("ladder", "q", q);
    Templates.requireUnwired("ladder", "x", x);
    if (q.network().isEmpty()) {
      throw new IllegalArgumentException(
          "q: it has no network to read features with; add 'network', such as {type: precision-weighted}");
    }
    for (int l = 1; l <= levels.size(); l++) {
      boolean last = l == levels.size();
      if (levels.get(l - 1).p().network().isPresent() == last) {
        throw new IllegalArgumentException(
            "levels[%d]: %s"
                .formatted(
                    l - 1,
                    last
                        ? "p of the last level has nothing to read; leave out its 'network'"
                        : "p has no network to read the level above with; add 'network'"));
      }
    }
  }

  @Override
  public List<Node> nodes(Space data) {
    List<Node> nodes = new ArrayList<>();
    for (int l = 1; l <= levels.size(); l++) {
      Level level = levels.get(l - 1);
      List<String> below = List.of(l == 1 ? "x" : "d" + (l - 1));
      nodes.add(new Feature("d" + l, new Shape(level.features()), below, level.up()));
    }
    for (int l = levels.size(); l >= 1; l--) {
      nodes.add(latent(l));
    }
    nodes.add(new Observed("x", Templates.reading(x, List.of("z1"))));
    return List.copyOf(nodes);
  }

  private Latent latent(int l) {
    Level level = levels.get(l - 1);
    boolean last = l == levels.size();
    String z = "z" + l;
    String d = "d" + l;
    return new Latent(
        z,
        new Shape(level.width()),
        last ? level.p() : Templates.reading(level.p(), List.of("z" + (l + 1))),
        Templates.reading(q, last ? List.of(d) : List.of("p(" + z + ")", d)),
        List.of());
  }
}
