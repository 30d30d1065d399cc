package io.varve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.spi.Space;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two levels, z2 ~ N(0, 1), z1 = a z2 + s1 e1, x = w z1 + noise e, inferred from the bottom and
 * from the top; with the exact posterior every importance weight is the exact likelihood.
 */
class HierarchyTest {
  /** Sums of some ten float32 terms of magnitude below 20. */
  private static final double ROUNDING = 3e-5;

  /** A correct estimate misses by more than so many standard errors once in 15,000 seeds. */
  private static final double ERRORS = 4;

  private static final int BATCH = 1_000;
  private static final double A = 1.5;
  private static final double S1 = 0.5;
  private static final double NOISE = 0.8;
  private static final double[] W = {0.7, -0.4};
  private static final double[] X = {1.2, 0.3};

  /** z2 given z1: its variance and its mean per unit of z1. */
  private static final double V2 = 1 / (1 + A * A / (S1 * S1));

  private static final double C2 = V2 * A / (S1 * S1);

  /** z1 given x: its variance, and its mean per unit of x. */
  private static final double EVIDENCE = (W[0] * W[0] + W[1] * W[1]) / (NOISE * NOISE);

  private static final double V1 = 1 / (1 / (A * A + S1 * S1) + EVIDENCE);
  private static final double[] C1 = {V1 * W[0] / (NOISE * NOISE), V1 * W[1] / (NOISE * NOISE)};

  private static final String P =
      """
      - latent: z2
        shape: [1]
        p: standard-normal
        q: {type: normal, given: [%s], network: {type: mlp, hidden: []}}
      - latent: z1
        shape: [1]
        p: {type: normal, given: [z2], network: {type: mlp, hidden: []}}
        q: {type: normal, given: [%s], network: {type: mlp, hidden: []}}
      - observed: x
        p: {type: normal, given: [z1], network: {type: mlp, hidden: []}}
      """;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(11);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static double exact() {
    double variance = A * A + S1 * S1;
    double[][] w = {{W[0] * Math.sqrt(variance)}, {W[1] * Math.sqrt(variance)}};
    return Gauss.logDensity(X, new double[2], Gauss.covariance(w, NOISE * NOISE));
  }

  private Weights weights(Model model) {
    Weights weights = Weights.initialize(model, manager);
    linear(weights, "z1.p", Math.log(S1 * S1), A);
    double logVariance = Math.log(NOISE * NOISE);
    Kit.set(weights, "x.p.network.output.weight", W[0], W[1], 0, 0);
    Kit.set(weights, "x.p.network.output.bias", 0, 0, logVariance, logVariance);
    return weights;
  }

  /** Makes a factor over one number N(Σ slope · input, exp(logVariance)). */
  private static void linear(Weights weights, String path, double logVariance, double... slope) {
    double[] weight = new double[2 * slope.length];
    System.arraycopy(slope, 0, weight, 0, slope.length);
    Kit.set(weights, path + ".network.output.weight", weight);
    Kit.set(weights, path + ".network.output.bias", 0, logVariance);
  }

  private void requireExact(Model model, Weights weights) {
    NDArray x = Kit.repeat(manager, BATCH, X);
    for (double weight : Kit.doubles(model.logWeight(Kit.run(manager, weights, BATCH), x))) {
      assertThat(weight).isCloseTo(exact(), within(ROUNDING));
    }
    NDArray bound = model.bound(Kit.run(manager, weights, BATCH), x).total();
    assertThat(Kit.mean(bound)).isCloseTo(exact(), within(ERRORS * Kit.standardError(bound)));
  }

  @Test
  void infersFromTheTop() {
    Model model = Kit.model(Space.real(new Shape(2)), P.formatted("x", "z2, x"));
    try (Weights weights = weights(model)) {
      linear(weights, "z2.q", Math.log(V2 + C2 * C2 * V1), C2 * C1[0], C2 * C1[1]);
      double v = 1 / (1 / (S1 * S1) + EVIDENCE);
      double perX = v / (NOISE * NOISE);
      linear(weights, "z1.q", Math.log(v), v * A / (S1 * S1), perX * W[0], perX * W[1]);
      requireExact(model, weights);
    }
  }

  /**
   * Here p(z1 | z2) reads a z2 that was drawn given z1: a KL in closed form would miss by far, so
   * the bound takes the drawn value.
   */
  @Test
  void infersFromTheBottom() {
    Model model = Kit.model(Space.real(new Shape(2)), P.formatted("z1", "x"));
    try (Weights weights = weights(model)) {
      linear(weights, "z2.q", Math.log(V2), C2);
      linear(weights, "z1.q", Math.log(V1), C1);
      requireExact(model, weights);
    }
  }

  @Test
  void takesTheKlInClosedFormOnlyWhereItIsRight() {
    Model top = Kit.model(Space.real(new Shape(2)), P.formatted("x", "z2, x"));
    assertThat(top.parts().hasExactKl("z1")).isTrue();
    assertThat(top.parts().hasExactKl("z2")).isTrue();
    Model bottom = Kit.model(Space.real(new Shape(2)), P.formatted("z1", "x"));
    assertThat(bottom.parts().hasExactKl("z1")).isFalse();
    assertThat(bottom.parts().hasExactKl("z2")).isTrue();
  }
}
