package io.varve.model.objective;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.varve.model.Bound;
import io.varve.model.Kit;
import io.varve.model.Model;
import io.varve.spi.Progress;
import io.varve.spi.Space;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObjectiveTest {
  /** A few float32 sums of small numbers. */
  private static final double ROUNDING = 1e-5;

  private static final Progress START = new Progress(0, 0);

  private NDManager manager;
  private Bound bound;

  /** Mean log p -4 and -1; mean KL 1.5 and 0.25. */
  @BeforeEach
  void bound() {
    manager = NDManager.newBaseManager();
    Map<String, NDArray> logP = new LinkedHashMap<>();
    logP.put("y", manager.create(new float[] {-3, -5}));
    logP.put("x", manager.create(new float[] {-1, -1}));
    Map<String, NDArray> kl = new LinkedHashMap<>();
    kl.put("u", manager.create(new float[] {1, 2}));
    kl.put("z", manager.create(new float[] {0.5f, 0}));
    bound = new Bound(logP, kl, Map.of());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Objective objective(String yaml) {
    return Kit.binder().bind("o", yaml, Objective.class);
  }

  private double loss(String yaml, Progress progress) {
    NDArray loss = objective(yaml).loss(bound, progress);
    assertThat(loss.getShape().isScalar()).isTrue();
    return loss.getFloat();
  }

  @Test
  void isTheNegativeBoundByItself() {
    assertThat(loss("{}", START)).isCloseTo(5 + 1.75, within(ROUNDING));
    assertThat(loss("{}", START)).isCloseTo(-Kit.mean(bound.total()), within(ROUNDING));
  }

  @Test
  void weighsTheKlByItsSchedule() {
    String yaml = "{beta: {type: linear, from: 0, to: 1, epochs: 10}}";
    assertThat(loss(yaml, START)).isCloseTo(5, within(ROUNDING));
    assertThat(loss(yaml, new Progress(100, 4))).isCloseTo(5 + 0.4 * 1.75, within(ROUNDING));
    assertThat(loss(yaml, new Progress(900, 30))).isCloseTo(5 + 1.75, within(ROUNDING));
  }

  /** The mean over the batch comes before the maximum: 0.25 counts as 1 though an entry is 0. */
  @Test
  void chargesNoLatentLessThanItsFreeBits() {
    assertThat(loss("{free-bits: 1}", START)).isCloseTo(5 + 1.5 + 1, within(ROUNDING));
    assertThat(loss("{free-bits: 2, beta: {type: constant, value: 0.5}}", START))
        .isCloseTo(5 + 0.5 * (2 + 2), within(ROUNDING));
    refused(() -> objective("{free-bits: -1}"), "o:1: free-bits: must be at least 0, not -1.0");
  }

  /** Mean KL 1.5 of u and 0.25 of z; who is left out has none. */
  @Test
  void takesFreeBitsLatentByLatent() {
    assertThat(loss("{free-bits: {u: 2, z: 0.1}}", START))
        .isCloseTo(5 + 2 + 0.25, within(ROUNDING));
    assertThat(loss("{free-bits: {z: 1}}", START)).isCloseTo(5 + 1.5 + 1, within(ROUNDING));
    assertThat(loss("{free-bits: {z: 1, u: 1}, beta: {type: constant, value: 0.5}}", START))
        .isCloseTo(5 + 0.5 * (1.5 + 1), within(ROUNDING));
    assertThat(loss("{free-bits: {}}", START)).isCloseTo(5 + 1.75, within(ROUNDING));
    refused(
        () -> objective("free-bits:\n  u: 1\n  z: -2"),
        "o:3: free-bits.z: must be at least 0, not -2.0");
    refused(
        () -> objective("{free-bits: {z: much}}"),
        "o:1: free-bits.z: expected a number, found 'much'");
    refused(
        () -> objective("{free-bits: [1, 2]}"), "o:1: free-bits: expected a number, found a list");
  }

  @Test
  void knowsTheModelsLatents() {
    String nodes =
        """
        - latent: z1
          shape: [2]
          p: standard-normal
          q: normal
        - observed: x
          p: {type: bernoulli, given: [z1], network: {type: mlp, hidden: []}}
        """;
    Model model = Kit.model(new Space(new Shape(3), 2), nodes);
    objective("{free-bits: {z1: 1}}").require(model);
    objective("{free-bits: 1}").require(model);
    refused(
        () -> objective("{free-bits: {z2: 1}}").require(model),
        "objective.free-bits: there is no latent 'z2'; this model's latents are [z1]. Did you mean 'z1'?");
  }

  @Test
  void refusesImportanceSamplesThatAreNoneOrHaveFreeBits() {
    refused(
        () -> objective("{importance-samples: 0}"),
        "o:1: 'importance-samples' must be at least 1, not 0");
    refused(
        () -> objective("{importance-samples: 5, free-bits: {z: 1}}"),
        "o:1: 'free-bits' has no place beside 'importance-samples' of 5: a weight has no KL of its own; leave one of them out");
    assertThat(objective("{importance-samples: 5, free-bits: {z: 0}}").importanceSamples())
        .isEqualTo(5);
    assertThat(objective("{importance-samples: 1, free-bits: 2}").importanceSamples()).isEqualTo(1);
  }

  @Test
  void passesNoGradientToALatentWithinItsFreeBits() {
    bound.kl().values().forEach(kl -> kl.setRequiresGradient(true));
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.backward(objective("{free-bits: 1}").loss(bound, START));
    }
    assertThat(bound.kl().get("u").getGradient().toFloatArray()).containsExactly(0.5f, 0.5f);
    assertThat(bound.kl().get("z").getGradient().toFloatArray()).containsExactly(0, 0);
  }

  @Test
  void needsNoLatent() {
    bound = new Bound(bound.logP(), Map.of(), Map.of());
    assertThat(loss("{free-bits: 1}", START)).isCloseTo(5, within(ROUNDING));
    assertThat(Kit.mean(bound.total())).isCloseTo(-5, within(ROUNDING));
  }
}
