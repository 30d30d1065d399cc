package io.varve.hierarchies;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijector;
import io.varve.spi.Default;
import io.varve.spi.Factor;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.NodeReads;
import io.varve.spi.Space;
import io.varve.spi.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pf4j.Extension;

/**
 * The self-reflective variational autoencoder (Apostolopoulou et al., 2021, equations 3 and 4) and
 * its relatives: a chain of latents, each pushed through a bijector that p and q share.
 *
 * <pre>
 * ε_l ~ p(ε_l | z_{l-1}) or q(ε_l | x, z_{l-1}),   z_l = f_l(ε_l; z_{l-1}),   x ~ p(x | z_1 .. z_L)
 * </pre>
 *
 * <p>There is no z_0: p of the first level reads nothing, and its bijector is made of learned
 * constants. Templates name no variables, which are wired here; a factor without a network reads
 * nothing, so {@code p: standard-normal} is the prior of Rezende et al. (2014). In the flow of a
 * template, {@code given: [evidence, latent]} stands for what q of that level reads of x and of
 * earlier latents; a flow of p has {@code latent} alone.
 *
 * <p>With L &gt; 2 and x that reads every latent, q of {@code previous} cannot be the exact
 * posterior, Theorem 1 of the paper notwithstanding: x is an observed collider, through which ε_3
 * depends on ε_1 although z_2 is given. That of {@code all} can.
 *
 * @param levels L
 * @param width of every latent
 * @param first p(ε_1)
 * @param p p(ε_l | z_{l-1}), from the second level on
 * @param q q(ε_l | x, z_{l-1})
 * @param bijector f_l; without it z_l = ε_l
 * @param x p(x | z_1 .. z_L)
 * @param reflective what q reads of earlier latents
 * @param reads what p(x) reads of the latents
 * @param batchNorm whether what is read of a latent by other latents, by p, q and bijectors alike,
 *     is one normalised value
 * @param norm what normalises it
 * @param evidence what q reads of x; without it, x itself
 */
@Extension
@Named(
    value = "sere",
    examples = {
      """
      levels: 3
      width: 2
      p: {type: normal, network: {type: mlp, hidden: [8]}}
      q: {type: normal, network: {type: two-stream, features: 2, head: {type: mlp, hidden: [8]}}}
      bijector: {type: rank1-affine, network: {type: mlp, hidden: [4]}}
      evidence: {type: mlp, hidden: [8], heads: twin, features: 3}
      x: {type: bernoulli, network: {type: mlp, hidden: [8]}}
      """,
      """
      levels: 3
      width: 2
      first: normal
      p: standard-normal
      q: {type: normal, network: {type: mlp, hidden: [8]}}
      x: {type: bernoulli, network: {type: mlp, hidden: [8]}}
      reflective: all
      reads: last
      batch-norm: false
      """,
      """
      levels: 2
      width: 2
      p: {type: normal, network: {type: mlp, hidden: [8]}}
      q: {type: normal, network: {type: mlp, hidden: [8]}}
      bijector: {type: rank1-affine, network: {type: mlp, hidden: [4]}}
      x: {type: bernoulli, network: {type: mlp, hidden: [8]}}
      reflective: none
      norm: {type: mlp, hidden: []}
      """,
      """
      levels: 2
      width: 2
      q:
        type: normal
        network: {type: mlp, hidden: [8]}
        flow: [{given: [evidence, latent], bijector: {type: inverse, of: {type: maf, hidden: [4]}}}]
      evidence: {type: mlp, hidden: [8], features: 3}
      x: {type: bernoulli, network: {type: mlp, hidden: [8]}}
      """
    })
public record Sere(
    @Default("10") int levels,
    @Default("10") int width,
    @Default("standard-normal") Factor first,
    @Default("standard-normal") Factor p,
    Factor q,
    Optional<Bijector> bijector,
    Factor x,
    @Default("previous") Reflective reflective,
    @Default("all") Reads reads,
    @Default("true") boolean batchNorm,
    @Default("batch-norm") Network norm,
    Optional<Evidence> evidence)
    implements Hierarchy {
  private static final String OF_X = "evidence";
  private static final String OF_LATENTS = "latent";

  /** What q reads of earlier latents. */
  public enum Reflective {
    /** z_{l-1}: self-reflective inference, equation 4. */
    PREVIOUS,
    /** z_1 .. z_{l-1}: the factorisation of the exact posterior. */
    ALL,
    /** None: the deep latent Gaussian model, the independent VAE of Figure 1. */
    NONE
  }

  /** What p(x) reads of the latents. */
  public enum Reads {
    /** z_1 .. z_L, equation 3. */
    ALL,
    /** z_L. */
    LAST
  }

  /** Checks the keys. */
  public Sere {
    Templates.requirePositive("levels", levels);
    Templates.requirePositive("width", width);
    Templates.requireUnwired("sere", "first", first);
    Templates.requireUnwired("sere", "p", p);
    Templates.requireUnwired("sere", "q", q);
    Templates.requireUnwired("sere", "x", x);
    if (q.network().isEmpty()) {
      throw new IllegalArgumentException(
          "q: it has no network to read x with; add 'network', such as {type: mlp}");
    }
    Templates.requireRoles("first", first, List.of());
    Templates.requireRoles("p", p, List.of(OF_LATENTS));
    Templates.requireRoles("q", q, List.of(OF_X, OF_LATENTS));
  }

  @Override
  public List<Node> nodes(Space data) {
    List<Latent> latents = IntStream.rangeClosed(1, levels).mapToObj(this::latent).toList();
    Set<String> read = latents.stream().flatMap(Sere::readBy).collect(Collectors.toSet());
    List<Node> nodes = new ArrayList<>();
    evidence.ifPresent(e -> nodes.addAll(e.nodes(levels)));
    for (int l = 1; l <= levels; l++) {
      nodes.add(latents.get(l - 1));
      if (batchNorm && read.contains(code(l))) {
        nodes.add(new Feature(code(l), new Shape(width), List.of(z(l)), norm));
      }
    }
    int from = reads == Reads.ALL ? 1 : levels;
    List<String> ofX = IntStream.rangeClosed(from, levels).mapToObj(Sere::z).toList();
    nodes.add(new Observed("x", Templates.reading(x, ofX)));
    return List.copyOf(nodes);
  }

  private static Stream<String> readBy(Latent z) {
    return Stream.of(NodeReads.by(z.p()), NodeReads.by(z.q()), NodeReads.by(z.shared()))
        .flatMap(List::stream);
  }

  private Latent latent(int l) {
    List<String> before = codes(l - 1, l - 1);
    List<String> ofX = List.of(evidence.isPresent() ? Evidence.name(l) : "x");
    List<String> ofLatents =
        switch (reflective) {
          case PREVIOUS -> before;
          case ALL -> codes(1, l - 1);
          case NONE -> List.of();
        };
    List<String> both = Stream.concat(ofX.stream(), ofLatents.stream()).toList();
    Factor prior = l == 1 ? first : p;
    return new Latent(
        z(l),
        new Shape(width),
        Templates.reading(prior, before, Map.of(OF_LATENTS, before)),
        Templates.reading(q, both, Map.of(OF_X, ofX, OF_LATENTS, ofLatents)),
        bijector.map(f -> List.of(new Step(before, f))).orElse(List.of()));
  }

  /** What latents read of others, from one level to another; of level 0 there is nothing. */
  private List<String> codes(int from, int to) {
    return IntStream.rangeClosed(Math.max(1, from), to).mapToObj(this::code).toList();
  }

  private String code(int l) {
    return batchNorm ? "n" + l : z(l);
  }

  private static String z(int l) {
    return "z" + l;
  }
}
