package io.varve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Importance samples share what does not depend on them, and leave nothing behind. */
class ImportanceTest {
  /** Sums in another order of some twenty float32 terms. */
  static final float ROUNDING = 1e-4f;

  static final int BATCH = 4;
  static final Space X = new Space(new Shape(3), 4);

  /**
   * Everything at once: data alone in h, q(u) and y; draws in z, x and their flows. No KL has a
   * closed form, so that a bound of one draw is its weight.
   */
  static final String NODES =
      """
      - latent: u
        shape: [2]
        p: {type: mixture, components: 2}
        q: {type: normal, given: [h], network: %1$s, flow: [{bijector: rank1-affine}]}
      - derived: y
        of: x
        by: {type: quantize, bits: 1}
        p: {type: bernoulli, given: [u], network: %1$s}
      - feature: h
        shape: [5]
        given: [x, y]
        network: probe
      - latent: z
        shape: [2]
        p: {type: normal, given: [u, y], network: %1$s}
        q: {type: normal, given: [h, p(z), u], network: %1$s, flow: [{bijector: rank1-affine}]}
        shared: [{given: [u], bijector: {type: rank1-affine, network: %1$s}}]
      - observed: x
        p: {type: discretized-logistic, given: [y, z], network: %1$s}
      """
          .formatted("{type: mlp, hidden: [4], activation: elu}");

  private NDManager manager;
  private Model model;
  private Weights weights;
  private NDArray x;

  @BeforeEach
  void build() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(4);
    model = Kit.model(X, NODES, List.of(Probe.class));
    weights = Weights.initialize(model, manager);
    x = Kit.repeat(manager, BATCH, 0, 3, 1);
  }

  @AfterEach
  void close() {
    weights.close();
    manager.close();
  }

  private Run run(NDManager scope, int draw) {
    return Kit.run(scope, weights, new Kit.NamedNoise(scope, BATCH, draw));
  }

  @Test
  void averagesTheWeights() {
    int samples = 5;
    NDArray bound = model.importanceBound(samples, k -> run(manager, k), x);
    double[] sums = new double[BATCH];
    for (int k = 0; k < samples; k++) {
      double[] weight = Kit.doubles(model.bound(run(manager, k), x).total());
      for (int i = 0; i < BATCH; i++) {
        sums[i] += Math.exp(weight[i]);
      }
    }
    for (int i = 0; i < BATCH; i++) {
      assertThat(bound.toFloatArray()[i])
          .isCloseTo((float) Math.log(sums[i] / samples), within(ROUNDING));
    }
  }

  @Test
  void weighsOneDrawAsItsBound() {
    Bound bound = model.bound(run(manager, 3), x);
    assertThat(bound.sampled()).containsOnlyKeys("u", "z");
    assertThat(model.logWeight(run(manager, 3), x).toFloatArray())
        .containsExactly(bound.total().toFloatArray());
  }

  @Test
  void computesWhatReadsDataAloneOnce() {
    Probe.clear();
    model.importanceBound(3, k -> run(manager, k), x);
    assertThat(Probe.seen("h.network")).hasSize(1);
    assertThat(Stream.of("x", "y", "h", "q(u)", "p(u)", "u", "z", "p(y)", "p(z)", "q(z)", "p(x)"))
        .filteredOn(model.parts()::isFixedByData)
        .containsExactly("x", "y", "h", "q(u)", "p(u)");
  }

  @Test
  void keepsMemoryConstantInTheNumberOfSamples() {
    long few = arraysOf(scope -> model.importanceBound(3, k -> run(scope, k), x));
    long many = arraysOf(scope -> model.importanceBound(40, k -> run(scope, k), x));
    assertThat(many).isEqualTo(few);
  }

  /** The arrays that live when a computation has ended but its manager has not. */
  private long arraysOf(Consumer<NDManager> computation) {
    try (NDManager scope = manager.newSubManager()) {
      computation.accept(scope);
      return scope.getManagedArrays().size();
    }
  }

  private void leavesNothing(Consumer<NDManager> computation) {
    int before = manager.getManagedArrays().size();
    try (NDManager scope = manager.newSubManager()) {
      computation.accept(scope);
    }
    assertThat(manager.getManagedArrays()).as("after a sub-manager").hasSize(before);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      computation.accept(manager);
    }
    assertThat(manager.getManagedArrays()).as("after an NDScope").hasSize(before);
  }

  @Test
  void leavesNothingBehindInOneScopeOrSubManager() {
    NDArray y = Kit.repeat(manager, BATCH, 0, 1, 0);
    leavesNothing(scope -> model.bound(run(scope, 0), x).total());
    leavesNothing(scope -> model.logWeight(run(scope, 0), x));
    leavesNothing(scope -> model.infer(run(scope, 0), x));
    leavesNothing(scope -> model.generate(run(scope, 0), Map.of()));
    leavesNothing(scope -> model.generate(run(scope, 0), Map.of("y", y)));
    leavesNothing(
        scope -> {
          Kit.NamedNoise noise = new Kit.NamedNoise(scope, 3 * BATCH, 0);
          Run run = Kit.run(scope, weights, noise);
          model.importanceTerms(3, run, x).importance(3, 1);
        });
    leavesNothing(scope -> model.importanceBound(4, k -> run(scope, k), x));
    leavesNothing(
        scope -> {
          Bound bound = model.bound(run(scope, 0), x);
          NDArray loss = bound.total().mean();
          loss.add(Ops.constant(loss, 1));
        });
  }

  @Test
  void leavesNothingBehindWhereThereAreGradients() {
    Supplier<NDArray> leaf =
        () -> {
          NDArray flat = weights.flat().stopGradient();
          flat.setRequiresGradient(true);
          return flat;
        };
    leavesNothing(
        scope -> {
          NDArray flat = leaf.get();
          flat.attach(scope);
          try (var collector = manager.getEngine().newGradientCollector()) {
            Kit.NamedNoise noise = new Kit.NamedNoise(scope, BATCH, 0);
            Run run = new Run(scope, weights.store(scope, flat), true, noise);
            collector.backward(model.bound(run, x).total().mean());
          }
          assertThat(flat.getGradient().abs().sum().getFloat()).isPositive();
        });
  }
}
