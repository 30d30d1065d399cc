package io.varve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Named;
import io.varve.spi.Ops;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A flow in each of its places, against densities of Gaussians pushed by hand. */
class FlowTest {
  /** Sums of some twenty float32 terms, through matrices of condition below 10. */
  private static final double ROUNDING = 5e-5;

  private static final int BATCH = 6;
  private static final double NOISE = 0.6;
  private static final double[] X = {0.7, -0.9};
  private static final double[] MEAN = {0.4, -0.1};
  private static final double[] DEVIATION = {0.5, 1.2};

  /** What the constants of a rank1-affine are set to: d before softplus(elu(·)), u, shift. */
  private static final double[] ENCODED = {0.3, 1.1};

  private static final double[] U = {0.4, -0.7};
  private static final double[] SHIFT = {0.2, 0.5};

  /** diag(d) + u uᵀ. */
  private static final double[][] M = {
    {softplus(ENCODED[0]) + U[0] * U[0], U[0] * U[1]},
    {U[1] * U[0], softplus(ENCODED[1]) + U[1] * U[1]}
  };

  /** The nodes of q(z) = N(MEAN, DEVIATION²), x = z + noise, with a flow in each place. */
  private static final String NODES =
      """
      - latent: z
        shape: [2]
        p: {type: standard-normal, flow: %s}
        q: {type: normal, flow: %s}
        shared: %s
      - observed: x
        p: {type: normal, given: [z], network: {type: mlp, hidden: []}, flow: %s}
      """;

  private static final String NONE = "[]";
  private static final String AFFINE = "[{bijector: rank1-affine}]";

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  private static double[] pushed(double[] point) {
    double[] y = Gauss.times(M, point);
    return new double[] {y[0] + SHIFT[0], y[1] + SHIFT[1]};
  }

  /** M diag(variance) Mᵀ. */
  private static double[][] pushed(double[] variance, boolean through) {
    double[][] root = {{Math.sqrt(variance[0]), 0}, {0, Math.sqrt(variance[1])}};
    return Gauss.covariance(through ? Gauss.times(M, root) : root, 0);
  }

  private Weights weights(Model model) {
    Weights weights = Weights.initialize(model, manager);
    Kit.set(weights, "z.q.0.constant0", MEAN);
    Kit.set(weights, "z.q.1.constant1", 2 * Math.log(DEVIATION[0]), 2 * Math.log(DEVIATION[1]));
    Kit.set(weights, "x.p.network.output.weight", 1, 0, 0, 1, 0, 0, 0, 0);
    double logVariance = 2 * Math.log(NOISE);
    Kit.set(weights, "x.p.network.output.bias", 0, 0, logVariance, logVariance);
    for (String name : weights.names().values()) {
      if (name.endsWith(".0.scale")) {
        Kit.set(weights, name, ENCODED);
        Kit.set(weights, name.replace("0.scale", "1.direction"), U);
        Kit.set(weights, name.replace("0.scale", "2.shift"), SHIFT);
      }
    }
    return weights;
  }

  /** Compares weights of drawn z with densities by hand; true where the flow stands. */
  private void requireDensities(boolean onP, boolean onQ, boolean shared, boolean onX) {
    String nodes =
        NODES.formatted(
            onP ? AFFINE : NONE, onQ ? AFFINE : NONE, shared ? AFFINE : NONE, onX ? AFFINE : NONE);
    Model model = Kit.model(Space.real(new Shape(2)), nodes);
    try (Weights weights = weights(model)) {
      Kit.NamedNoise noise = new Kit.NamedNoise(manager, BATCH, 5);
      NDArray x = Kit.repeat(manager, BATCH, X);
      double[] found = Kit.doubles(model.logWeight(Kit.run(manager, weights, noise), x));
      double[] z = Kit.doubles(model.infer(Kit.run(manager, weights, noise), x).get("z"));
      boolean movedP = onP || shared;
      boolean movedQ = onQ || shared;
      double[] variance = {DEVIATION[0] * DEVIATION[0], DEVIATION[1] * DEVIATION[1]};
      for (int i = 0; i < BATCH; i++) {
        double[] zi = {z[2 * i], z[2 * i + 1]};
        double[] one = {1, 1};
        double p = Gauss.logDensity(zi, movedP ? SHIFT : new double[2], pushed(one, movedP));
        double q = Gauss.logDensity(zi, movedQ ? pushed(MEAN) : MEAN, pushed(variance, movedQ));
        double[] square = {NOISE * NOISE, NOISE * NOISE};
        double likelihood = Gauss.logDensity(X, onX ? pushed(zi) : zi, pushed(square, onX));
        assertThat(found[i]).isCloseTo(likelihood + p - q, within(ROUNDING));
      }
    }
  }

  @Test
  void weighsWithoutAFlow() {
    requireDensities(false, false, false, false);
  }

  @Test
  void weighsWithAFlowOnThePrior() {
    requireDensities(true, false, false, false);
  }

  @Test
  void weighsWithAFlowOnThePosterior() {
    requireDensities(false, true, false, false);
  }

  @Test
  void weighsWithAFlowThatBothShare() {
    requireDensities(false, false, true, false);
  }

  @Test
  void weighsWithAFlowOnTheData() {
    requireDensities(false, false, false, true);
  }

  @Test
  void weighsWithFlowsOnAll() {
    requireDensities(true, true, false, true);
  }

  /** Pushing p and q through one map changes neither their KL nor its closed form. */
  @Test
  void cancelsTheDeterminantOfASharedFlow() {
    double expected = 0;
    for (int i = 0; i < 2; i++) {
      double variance = DEVIATION[i] * DEVIATION[i];
      expected += 0.5 * (variance + MEAN[i] * MEAN[i] - 1 - Math.log(variance));
    }
    for (String shared :
        List.of(
            NONE,
            AFFINE,
            "[{bijector: rank1-affine}, {bijector: {type: inverse, of: rank1-affine}}]")) {
      Model model = Kit.model(Space.real(new Shape(2)), NODES.formatted(NONE, NONE, shared, NONE));
      try (Weights weights = weights(model)) {
        NDArray x = Kit.repeat(manager, BATCH, X);
        Bound bound = model.bound(Kit.run(manager, weights, BATCH), x);
        for (double kl : Kit.doubles(bound.kl().get("z"))) {
          assertThat(kl).isCloseTo(expected, within(ROUNDING));
        }
      }
    }
  }

  /**
   * Without a flow the expectation is z, the draw z and noise; behind one only the draw is known.
   */
  @Test
  void showsTheDrawWhereAFlowLeavesNoExpectation() {
    for (String flow : List.of(NONE, AFFINE)) {
      Model model = Kit.model(Space.real(new Shape(2)), NODES.formatted(NONE, NONE, NONE, flow));
      try (Weights weights = weights(model)) {
        Map<String, NDArray> drawn = model.generate(Kit.run(manager, weights, BATCH), Map.of());
        double[] mean = Kit.doubles(drawn.get("x.mean"));
        assertThat(mean).isEqualTo(Kit.doubles(drawn.get(flow.equals(NONE) ? "z" : "x")));
        assertThat(Kit.doubles(drawn.get("x"))).isNotEqualTo(Kit.doubles(drawn.get("z")));
      }
    }
  }

  /** y = x · exp(c) for a context c of the event's shape. */
  @Named("stretch")
  record Stretch() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      return new Bijection() {
        @Override
        public Mapped forward(Pass pass, NDArray x, NDList context) {
          NDArray c = context.singletonOrThrow();
          return new Mapped(x.mul(c.exp()), Ops.sumEvent(c));
        }

        @Override
        public Mapped inverse(Pass pass, NDArray y, NDList context) {
          NDArray c = context.singletonOrThrow();
          return new Mapped(y.div(c.exp()), Ops.sumEvent(c).neg());
        }
      };
    }
  }

  @Test
  void conditionsAStepOnOtherVariables() {
    String flow = "[{bijector: rank1-affine}, {given: [z], bijector: stretch}]";
    Model model =
        Kit.model(
            Space.real(new Shape(2)),
            NODES.formatted(NONE, NONE, NONE, flow),
            List.of(Stretch.class));
    try (Weights weights = weights(model)) {
      Kit.NamedNoise noise = new Kit.NamedNoise(manager, BATCH, 5);
      NDArray x = Kit.repeat(manager, BATCH, X);
      Bound bound = model.bound(Kit.run(manager, weights, noise), x);
      double[] found = Kit.doubles(bound.logP().get("x"));
      double[] z = Kit.doubles(model.infer(Kit.run(manager, weights, noise), x).get("z"));
      for (int i = 0; i < BATCH; i++) {
        double[] zi = {z[2 * i], z[2 * i + 1]};
        double[] unstretched = {X[0] / Math.exp(zi[0]), X[1] / Math.exp(zi[1])};
        double[] square = {NOISE * NOISE, NOISE * NOISE};
        double expected =
            Gauss.logDensity(unstretched, pushed(zi), pushed(square, true)) - zi[0] - zi[1];
        assertThat(found[i]).isCloseTo(expected, within(10 * ROUNDING)); // exp magnifies
      }
    }
  }
}
