package io.varve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.spi.Space;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * x = W z + b + noise with z ~ N(0, I), whose log-likelihood and posterior are known: the bounds
 * against double precision.
 */
class LinearGaussianTest {
  /** Sums of some ten float32 terms of magnitude below 20. */
  private static final double ROUNDING = 2e-5;

  /** A correct estimate misses by more than so many standard errors once in 15,000 seeds. */
  private static final double ERRORS = 4;

  private static final int BATCH = 1_000;
  private static final double NOISE = 0.4;

  /** Its columns are orthogonal, so that the posterior's covariance is diagonal. */
  private static final double[][] W = {{0.3, 0.5}, {0.6, 0.25}, {0.6, -0.5}};

  private static final double[] B = {0.1, -0.2, 0.3};
  private static final double[] X = {0.9, -0.4, 1.1};
  private static final double EXACT = Gauss.logDensity(X, B, Gauss.covariance(W, NOISE * NOISE));

  private static final String NODES =
      """
      - latent: z
        shape: [2]
        p: standard-normal
        q: {type: normal, given: [x], network: {type: mlp, hidden: []}}
      - observed: x
        p: {type: normal, given: [z], network: {type: mlp, hidden: []}}
      """;

  private NDManager manager;
  private Model model;
  private Weights weights;

  @BeforeEach
  void build() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(7);
    model = Kit.model(Space.real(new Shape(3)), NODES);
    weights = Weights.initialize(model, manager);
    double logVariance = 2 * Math.log(NOISE);
    Kit.set(
        weights,
        "x.p.network.output.weight",
        W[0][0],
        W[0][1],
        W[1][0],
        W[1][1],
        W[2][0],
        W[2][1],
        0,
        0,
        0,
        0,
        0,
        0);
    Kit.set(
        weights,
        "x.p.network.output.bias",
        B[0],
        B[1],
        B[2],
        logVariance,
        logVariance,
        logVariance);
  }

  @AfterEach
  void close() {
    weights.close();
    manager.close();
  }

  /** The posterior's variance of z[i]: 1 / (1 + |w_i|² / noise²). */
  private static double variance(int i) {
    double square = 0;
    for (double[] row : W) {
      square += row[i] * row[i];
    }
    return 1 / (1 + square / (NOISE * NOISE));
  }

  /** Sets q to the exact posterior, its mean moved and its deviation scaled. */
  private void setPosterior(double shift, double scale) {
    double[] weight = new double[12];
    double[] bias = new double[4];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        double gain = variance(i) * W[j][i] / (NOISE * NOISE);
        weight[3 * i + j] = gain;
        bias[i] -= gain * B[j];
      }
      bias[i] += shift;
      bias[2 + i] = Math.log(variance(i)) + 2 * Math.log(scale);
    }
    Kit.set(weights, "z.q.network.output.weight", weight);
    Kit.set(weights, "z.q.network.output.bias", bias);
  }

  private NDArray importance(int samples) {
    NDArray x = Kit.repeat(manager, BATCH, X);
    return model.importanceBound(samples, k -> Kit.run(manager, weights, BATCH), x);
  }

  @Test
  void weighsEveryDrawOfTheExactPosteriorAlike() {
    setPosterior(0, 1);
    NDArray x = Kit.repeat(manager, BATCH, X);
    for (double weight : Kit.doubles(model.logWeight(Kit.run(manager, weights, BATCH), x))) {
      assertThat(weight).isCloseTo(EXACT, within(ROUNDING));
    }
    Bound bound = model.bound(Kit.run(manager, weights, BATCH), x);
    assertThat(Kit.mean(bound.total()))
        .isCloseTo(EXACT, within(ERRORS * Kit.standardError(bound.total())));
  }

  /**
   * Weights, one by one and laid along the batch, and their mean: each draw in double precision.
   */
  @Test
  void weighsDrawsOfAnotherPosterior() {
    setPosterior(0.3, 1.5);
    int samples = 3;
    int rows = 5;
    NDArray x = Kit.repeat(manager, rows, X);
    NDArray tiled = Kit.repeat(manager, samples * rows, X);
    NDArray all = new Kit.NamedNoise(manager, samples * rows, 3).normal("z", new Shape(2));
    Run laid = Kit.run(manager, weights, given(all));
    double[] expected = new double[samples * rows];
    double[] z = Kit.doubles(model.infer(Kit.run(manager, weights, given(all)), tiled).get("z"));
    for (int i = 0; i < expected.length; i++) {
      expected[i] = logWeight(new double[] {z[2 * i], z[2 * i + 1]}, 0.3, 1.5);
    }
    assertThat(Kit.doubles(model.importanceTerms(samples, laid, x).total()))
        .containsExactly(expected, within(ROUNDING));
    IntFunction<Run> draw =
        k -> Kit.run(manager, weights, given(all.get(k * rows + ":" + (k + 1) * rows)));
    double[] bound = Kit.doubles(model.importanceBound(samples, draw::apply, x));
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int k = 0; k < samples; k++) {
        sum += Math.exp(expected[k * rows + i]);
        assertThat(Kit.doubles(model.logWeight(draw.apply(k), x))[i])
            .isCloseTo(expected[k * rows + i], within(ROUNDING));
      }
      assertThat(bound[i]).isCloseTo(Math.log(sum / samples), within(ROUNDING));
    }
  }

  private static NoiseSource given(NDArray normal) {
    return new NoiseSource() {
      @Override
      public NDArray normal(String stream, Shape event) {
        return normal;
      }

      @Override
      public NDArray uniform(String stream, Shape event) {
        throw new UnsupportedOperationException(stream);
      }
    };
  }

  /** log p(x, z) - log q(z | x), where q is the exact posterior, moved and scaled. */
  private static double logWeight(double[] z, double shift, double scale) {
    double[] rest = Gauss.minus(X, B);
    double[] mean = Gauss.times(W, z);
    double[] center = new double[2];
    double[] deviation = new double[2];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        center[i] += variance(i) * W[j][i] / (NOISE * NOISE) * rest[j];
      }
      center[i] += shift;
      deviation[i] = Math.sqrt(variance(i)) * scale;
    }
    return Gauss.logDensity(z, new double[2], new double[] {1, 1})
        + Gauss.logDensity(rest, mean, new double[] {NOISE, NOISE, NOISE})
        - Gauss.logDensity(z, center, deviation);
  }

  @Test
  void boundsFromBelowByTheDivergenceFromThePosterior() {
    double shift = 0.3;
    double scale = 1.5;
    setPosterior(shift, scale);
    double divergence = 0;
    for (int i = 0; i < 2; i++) {
      divergence += 0.5 * (scale * scale + shift * shift / variance(i) - 1) - Math.log(scale);
    }
    Bound bound = model.bound(Kit.run(manager, weights, BATCH), Kit.repeat(manager, BATCH, X));
    assertThat(Kit.mean(bound.total()))
        .isCloseTo(EXACT - divergence, within(ERRORS * Kit.standardError(bound.total())));
  }

  @Test
  void tightensWithImportanceSamples() {
    setPosterior(0.3, 1.5);
    NDArray x = Kit.repeat(manager, BATCH, X);
    double previous = Kit.mean(model.bound(Kit.run(manager, weights, BATCH), x).total());
    for (int samples : new int[] {4, 64}) {
      NDArray bound = importance(samples);
      double error = ERRORS * Kit.standardError(bound);
      assertThat(Kit.mean(bound)).isGreaterThan(previous).isLessThan(EXACT + error);
      previous = Kit.mean(bound);
    }
    // the log of a mean of K weights falls short by their relative variance / 2K: here 0.006
    assertThat(previous).isCloseTo(EXACT, within(0.02));
  }

  @Test
  void isTheSameWhetherOneSampleIsABoundOrAWeight() {
    setPosterior(0.3, 1.5);
    Kit.NamedNoise noise = new Kit.NamedNoise(manager, 5, 3);
    NDArray x = Kit.repeat(manager, 5, X);
    NDArray one = model.importanceBound(1, k -> Kit.run(manager, weights, noise), x);
    NDArray weight = model.logWeight(Kit.run(manager, weights, noise), x);
    assertThat(one.toFloatArray()).containsExactly(weight.toFloatArray());
  }
}
