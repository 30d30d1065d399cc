package io.varve.hierarchies;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Inline;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * The self-supervised variational autoencoder (Gatopoulos &amp; Tomczak, 2021, equation 2 and
 * section 3.4): data are drawn coarse first, each coarse one a fixed transform of the finer, with a
 * latent for what the transform loses.
 *
 * <p>With K transforms y_K = d(x), y_{K-1} = d(y_K), ..., y_1; x stands for y_{K+1} and u for z_0:
 *
 * <pre>
 * p(u) p(y_1 | u) ∏ p(z_k | y_k, z_{k-1}) p(y_{k+1} | y_k, z_k)      k = 1 .. K
 * q(u | y_1) ∏ q(z_k | y_{k+1})
 * </pre>
 *
 * <p>One transform makes the variables u, y, z and x; several make y1, z1, y2, z2 and so on, from
 * coarse to fine. A factor without a network reads nothing.
 *
 * <p>What is left out is as in the authors' program for images of 32 x 32 and one transform that
 * halves them, which fits the paper's "32M to 42M" parameters with a {@code realnvp} on p(u).
 *
 * @param transforms at least one, the first of x, each further one of what the one before it gave
 * @param u p(u) and q(u | y_1)
 * @param z p(z_k | y_k, z_{k-1}) and q(z_k | y_{k+1}), at every level that has none of its own
 * @param y p(y_1 | u)
 * @param x p(y_{k+1} | y_k, z_k), at every level that has none of its own
 */
@Extension
@Named(
    value = "selfvae",
    examples = {
      """
      transforms: [{type: quantize, bits: 1}]
      u: {shape: [2], q: {type: normal, network: {type: mlp, hidden: [8]}}}
      z:
        shape: [2]
        p: {type: normal, network: {type: mlp, hidden: [8]}}
        q: {type: normal, network: {type: mlp, hidden: [8]}}
      y: {type: discretized-logistic, network: {type: mlp, hidden: [8]}}
      x: {type: discretized-logistic, network: {type: mlp, hidden: [8]}}
      """
    })
public record SelfVae(
    List<Level> transforms,
    @Default("{}") Coarsest u,
    @Default("{}") Detail z,
    @Default(
            "{type: discretized-logistic-mixture, network: {type: densenet, growth: 128, steps: 4}}")
        Factor y,
    @Default(
            """
            type: discretized-logistic-mixture
            network:
              type: densenet
              growth: 64
              steps: 5
              blocks: 3
              output-kernel: 1
              branches: [{}, {channels: 100, growth: 64, steps: 8}]
            """)
        Factor x)
    implements Hierarchy {

  /**
   * A transform, and what is its level's own.
   *
   * @param z in place of the {@code z} that levels have in common
   * @param x in place of the {@code x} that levels have in common
   */
  public record Level(@Inline Transform transform, Optional<Detail> z, Optional<Factor> x) {}

  /** The latent behind the coarsest data. */
  public record Coarsest(
      @Default("[16, 8, 8]") Shape shape,
      @Default("standard-normal") Factor p,
      @Default("{type: normal, network: {type: densenet, growth: 64, steps: 3}}") Factor q) {
    public Coarsest {
      Templates.requireUnwired("selfvae", "p", p);
      Templates.requireUnwired("selfvae", "q", q);
    }
  }

  /** A latent behind what a transform loses. */
  public record Detail(
      @Default("[16, 8, 8]") Shape shape,
      @Default(
              """
              type: normal
              network:
                type: densenet
                growth: 64
                steps: 3
                blocks: 3
                output-kernel: 1
                branches:
                  - {channels: 16, growth: 32, steps: 5}
                  - {channels: 16, growth: 64, steps: 3, blocks: 3, output-kernel: 1}
              """)
          Factor p,
      @Default("{type: normal, network: {type: densenet, growth: 16, steps: 4}}") Factor q) {
    public Detail {
      Templates.requireUnwired("selfvae", "p", p);
      Templates.requireUnwired("selfvae", "q", q);
    }
  }

  public SelfVae {
    transforms = List.copyOf(transforms);
    if (transforms.isEmpty()) {
      throw new IllegalArgumentException(
          "transforms: expected at least one; without any the model is a VAE, which 'graph' writes");
    }
    Templates.requireUnwired("selfvae", "y", y);
    Templates.requireUnwired("selfvae", "x", x);
  }

  @Override
  public List<Node> nodes(Space data) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(latent("u", u.shape(), u.p(), reading(u.q(), data(1))));
    nodes.add(data(1, reading(y, "u")));
    String coarser = "u";
    for (int k = 1; k <= transforms.size(); k++) {
      Detail detail = level(k).z().orElse(z);
      String name = name("z", k);
      Factor p = reading(detail.p(), data(k), coarser);
      nodes.add(latent(name, detail.shape(), p, reading(detail.q(), data(k + 1))));
      nodes.add(data(k + 1, reading(level(k).x().orElse(x), data(k), name)));
      coarser = name;
    }
    return List.copyOf(nodes);
  }

  /** The level that makes y_k. */
  private Level level(int k) {
    return transforms.get(transforms.size() - k);
  }

  private static Latent latent(String name, Shape shape, Factor p, Factor q) {
    return new Latent(name, shape, p, q, List.of());
  }

  private Node data(int k, Factor p) {
    return k > transforms.size()
        ? new Observed(data(k), p)
        : new Derived(data(k), data(k + 1), level(k).transform(), p);
  }

  /** y_k, or x for k = K + 1. */
  private String data(int k) {
    return k > transforms.size() ? "x" : name("y", k);
  }

  private String name(String letter, int k) {
    return transforms.size() == 1 ? letter : letter + k;
  }

  private static Factor reading(Factor factor, String... names) {
    return Templates.reading(factor, List.of(names));
  }
}
