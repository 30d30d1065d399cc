package io.varve.model;

import static io.varve.model.GaussianChain.regression;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.bijectors.Rank1Affine;
import io.varve.hierarchies.Ladder;
import io.varve.hierarchies.Sere;
import io.varve.model.GaussianChain.Regression;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.model.weights.Weights;
import io.varve.networks.BatchNorm;
import io.varve.networks.Mlp;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.spi.Hierarchy;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Theorem 1 of Apostolopoulou et al. (2021), that q factorises as the exact posterior does: where
 * it holds and where it fails, by d-separation, and what that costs where all maps are linear.
 */
class TheoremOneTest {
  /** Some thirty float32 operations on numbers below 30. */
  private static final double ROUNDING = 1e-4;

  /** A correct estimate misses by more than so many standard errors once in 15,000 seeds. */
  private static final double ERRORS = 4;

  private static final int BATCH = 20_000;
  private static final double[][] ALL = {{0.8, 0.2, 0.9}, {0.4, 0.5, 0.6}, {0.7, 0.6, 0.8}};
  private static final double[][] LAST = {{0, 0, 0.9}, {0, 0, 0.6}, {0, 0, 0.8}};
  private static final double[] X = {0.9, -0.4, 1.1};

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(7);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Hierarchy sere(int levels, String reflective, String reads, String more) {
    return bind(
        """
        type: sere
        levels: %d
        width: 1
        p: {type: normal, network: {type: mlp, hidden: []}}
        q: {type: normal, network: {type: mlp, hidden: []}}
        bijector: {type: rank1-affine, network: {type: mlp, hidden: []}}
        x: {type: normal, network: {type: mlp, hidden: []}}
        reflective: %s
        reads: %s
        %s
        """
            .formatted(levels, reflective, reads, more));
  }

  private static Hierarchy bind(String yaml) {
    Catalog catalog =
        Catalog.of(
            List.of(
                Sere.class,
                Ladder.class,
                Normal.class,
                StandardNormal.class,
                Rank1Affine.class,
                BatchNorm.class,
                Mlp.class));
    return new Binder(catalog).bind("test", yaml, Hierarchy.class);
  }

  private static List<String> misjudged(Hierarchy hierarchy) {
    return new Separation(hierarchy.nodes(Space.real(new Shape(3)))).misjudged();
  }

  /** Whose q cannot be what the exact posterior is; the paper says: of {@code previous}, none. */
  @ParameterizedTest
  @CsvSource({
    "2, previous, all,  ''",
    "3, previous, all,  z3",
    "5, previous, all,  z3 z4 z5",
    "3, previous, last, ''",
    "5, previous, last, ''",
    "3, all,      all,  ''",
    "5, all,      all,  ''",
    "1, none,     all,  ''",
    "2, none,     all,  z2",
    "3, none,     last, z2 z3",
  })
  void followsFromDSeparation(int levels, String reflective, String reads, String misjudged) {
    for (String more : List.of("batch-norm: false", "evidence: {type: mlp, features: 2}")) {
      assertThat(String.join(" ", misjudged(sere(levels, reflective, reads, more))))
          .isEqualTo(misjudged);
    }
  }

  /** Its x reads z1 alone, the last of its chain. */
  @Test
  void holdsForTheLadder() {
    Hierarchy ladder =
        bind(
            """
            type: ladder
            levels:
              - {width: 1, features: 2, up: mlp, p: {type: normal, network: mlp}}
              - {width: 1, features: 2, up: mlp, p: {type: normal, network: mlp}}
              - {width: 1, features: 2, up: mlp}
            q: {type: normal, network: mlp}
            x: {type: normal, network: mlp}
            """);
    assertThat(misjudged(ladder)).isEmpty();
  }

  /** With q the exact conditionals, every draw of the latents has the weight p(x). */
  @ParameterizedTest
  @CsvSource({"2, previous, all", "3, previous, last", "3, all, all"})
  void boundIsTheLikelihoodWhereItHolds(int levels, String reflective, String reads) {
    double[][] w = weights(levels, reads);
    GaussianChain chain = new GaussianChain(levels, w);
    List<Regression> q = new ArrayList<>();
    for (int l = 0; l < levels; l++) {
      List<double[]> read = new ArrayList<>(chain.xs);
      read.addAll(chain.zs.subList(reflective.equals("all") || l == 0 ? 0 : l - 1, l));
      q.add(regression(chain.epsilons.get(l), read));
    }
    double exact = chain.logLikelihood(X);
    double[] weights = Kit.doubles(bound(levels, reflective, reads, q));
    double worst =
        Arrays.stream(weights).map(weight -> Math.abs(weight - exact)).max().orElseThrow();
    assertThat(worst).isLessThan(ROUNDING);
  }

  /** The best q of its form is worse than the exact posterior by a divergence known in advance. */
  @ParameterizedTest
  @CsvSource({"2, none, 0.1", "3, none, 1.5", "3, previous, 0.2"})
  void boundStaysBelowWhereItFails(int levels, String reflective, double atLeast) {
    GaussianChain chain = new GaussianChain(levels, weights(levels, "all"));
    Chained best = Chained.best(chain, reflective.equals("previous"));
    NDArray bound =
        bound(levels, reflective, "all", best.posterior(chain, reflective.equals("previous")));
    assertThat(Kit.mean(bound))
        .isCloseTo(
            chain.logLikelihood(X) - best.divergence(), within(ERRORS * Kit.standardError(bound)));
    assertThat(best.divergence()).isGreaterThan(atLeast);
  }

  private static double[][] weights(int levels, String reads) {
    double[][] w = reads.equals("all") ? ALL : LAST;
    return Arrays.stream(w).map(row -> Arrays.copyOf(row, levels)).toArray(double[][]::new);
  }

  /** log p(x, z) - log q(z | x) of draws of q, whose mean is the bound. */
  private NDArray bound(int levels, String reflective, String reads, List<Regression> q) {
    Hierarchy sere = sere(levels, reflective, reads, "batch-norm: false");
    Model model = Model.of(sere, Space.real(new Shape(3)), 1);
    Weights weights = Weights.initialize(model, manager);
    Kit.set(weights, "z1.shared[0].0.scale", GaussianChain.STRETCH[0]);
    Kit.set(weights, "z1.shared[0].1.direction", 0);
    Kit.set(weights, "z1.shared[0].2.shift", GaussianChain.SHIFT[0]);
    for (int l = 1; l < levels; l++) {
      String z = "z" + (l + 1);
      double logVariance = 2 * Math.log(GaussianChain.DEVIATION[l]);
      linear(weights, z + ".p.network", new double[] {GaussianChain.SLOPE[l], 0}, 0, logVariance);
      Kit.set(weights, z + ".shared[0].0.output.weight", 0, 0, GaussianChain.PULL[l]);
      Kit.set(
          weights,
          z + ".shared[0].1.output.bias",
          GaussianChain.STRETCH[l],
          0,
          GaussianChain.SHIFT[l]);
    }
    for (int l = 0; l < levels; l++) {
      double[] slopes = q.get(l).slopes;
      linear(
          weights,
          "z" + (l + 1) + ".q.network",
          Arrays.copyOf(slopes, 2 * slopes.length),
          q.get(l).intercept,
          Math.log(q.get(l).variance));
    }
    double log = 2 * Math.log(GaussianChain.NOISE);
    int from = reads.equals("all") ? 0 : levels - 1;
    double[] w =
        Arrays.stream(weights(levels, reads))
            .flatMapToDouble(row -> Arrays.stream(row, from, levels))
            .toArray();
    linear(weights, "x.p.network", Arrays.copyOf(w, 2 * w.length), 0, 0, 0, log, log, log);
    NDArray x = Kit.repeat(manager, BATCH, X);
    return model.logWeight(Kit.run(manager, weights, BATCH), x);
  }

  private static void linear(Weights weights, String path, double[] weight, double... bias) {
    Kit.set(weights, path + ".output.weight", weight);
    Kit.set(weights, path + ".output.bias", bias);
  }
}
