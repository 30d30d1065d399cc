package io.varve.model;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.spi.Space;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A self-supervised model of three kinds of variables, and what its networks see. */
class ModelTest {
  /** A few float32 operations on numbers near 1. */
  private static final double ROUNDING = 1e-5;

  private static final int BATCH = 3;

  /** Data of two pixels with 16 levels; y keeps their first bit. */
  private static final Space X = new Space(new Shape(2), 16);

  private static final String NODES =
      """
      - latent: u
        shape: [2]
        p: standard-normal
        q: {type: normal, given: [y], network: probe}
      - derived: y
        of: x
        by: {type: quantize, bits: 1}
        p: {type: bernoulli, given: [u], network: {type: mlp, hidden: []}}
      - feature: h
        shape: [5]
        given: [x, y]
        network: probe
      - latent: z
        shape: [1]
        p: {type: normal, given: [y], network: {type: mlp, hidden: []}}
        q: {type: normal, given: [h, p(z), u], network: probe}
      - observed: x
        p: {type: discretized-logistic, given: [y, z], network: probe}
      """;

  private NDManager manager;
  private Model model;
  private Weights weights;

  @BeforeEach
  void build() {
    manager = NDManager.newBaseManager();
    model = Kit.model(X, NODES, List.of(Probe.class));
    weights = Weights.initialize(model, manager);
    // p(y_i = 1 | u) = sigmoid(2 u_i), p(z | y) = N(3 y_1 - 3 y_2, e^-7)
    Kit.set(weights, "y.p.network.output.weight", 2, 0, 0, 2);
    Kit.set(weights, "z.p.network.output.weight", 3, -3, 0, 0);
    Kit.set(weights, "z.p.network.output.bias", 0, -7);
    Probe.clear();
  }

  @AfterEach
  void close() {
    weights.close();
    manager.close();
  }

  private Run run(NoiseSource noise) {
    return Kit.run(manager, weights, noise);
  }

  private Kit.NamedNoise noise() {
    return new Kit.NamedNoise(manager, BATCH, 9);
  }

  private NDArray x() {
    return Kit.repeat(manager, BATCH, 15, 6);
  }

  @Test
  void knowsTheSpacesOfItsVariables() {
    assertThat(model.observed()).isEqualTo("x");
    assertThat(model.nodes()).hasSize(5);
    assertThat(model.spaces())
        .isEqualTo(
            Map.of(
                "u",
                Space.real(new Shape(2)),
                "y",
                new Space(new Shape(2), 2),
                "z",
                Space.real(new Shape(1)),
                "x",
                X));
    assertThat(model.spaces().keySet()).containsExactly("u", "y", "z", "x");
  }

  @Test
  void boundsTheDataAndWhatIsDerivedOfThem() {
    Bound bound = model.bound(run(noise()), x());
    assertThat(bound.logP().keySet()).containsExactly("y", "x");
    assertThat(bound.kl().keySet()).containsExactly("u", "z");
    double[] u = Kit.doubles(model.infer(run(noise()), x()).get("u"));
    double[] logPy = Kit.doubles(bound.logP().get("y"));
    double[] total = Kit.doubles(bound.total());
    double[] logPx = Kit.doubles(bound.logP().get("x"));
    double[] klU = Kit.doubles(bound.kl().get("u"));
    double[] klZ = Kit.doubles(bound.kl().get("z"));
    for (int i = 0; i < BATCH; i++) {
      // y = (1, 0): both are -log(1 + e^-l) of the logit's sign
      double expected =
          -Math.log1p(Math.exp(-2 * u[2 * i])) - Math.log1p(Math.exp(2 * u[2 * i + 1]));
      assertThat(logPy[i]).isCloseTo(expected, within(ROUNDING));
      assertThat(klU[i]).isZero(); // zeros make q(u | y) = N(0, 1)
      // KL(N(0, 1) ‖ N(3, e^-7))
      assertThat(klZ[i]).isCloseTo(0.5 * (Math.exp(7) * 10 - 1 - 7), within(ROUNDING * 1e4));
      assertThat(total[i]).isCloseTo(logPy[i] + logPx[i] - klU[i] - klZ[i], within(ROUNDING * 1e4));
    }
  }

  @Test
  void infersLatentsAndDerivedVariables() {
    Map<String, NDArray> inferred = model.infer(run(noise()), x());
    assertThat(inferred.keySet()).containsExactly("u", "y", "z");
    assertThat(inferred.get("y").toFloatArray()).containsExactly(1, 0, 1, 0, 1, 0);
  }

  @Test
  void infersFromADerivedVariableAlone() {
    assertThat(model.inferable("x")).containsExactly("u", "y", "z");
    assertThat(model.inferable("y")).containsExactly("u"); // q(z | ...) reads x through h
    Kit.NamedNoise noise = noise();
    Map<String, NDArray> inferred = model.infer(run(noise), "y", Kit.repeat(manager, BATCH, 1, 0));
    assertThat(inferred.keySet()).containsExactly("u");
    assertThat(noise.asked()).isEqualTo(Map.of("noise.u", 1));
    assertThat(inferred.get("u").toFloatArray()) // as from an x with this y
        .containsExactly(model.infer(run(noise()), x()).get("u").toFloatArray());
    refused(
        () -> model.infer(run(noise()), "u", Kit.repeat(manager, BATCH, 1, 0)),
        "'u' is no data variable to infer from; this model's are [y, x]");
    refused(
        () -> model.infer(run(noise()), "y", Kit.repeat(manager, BATCH, 1)),
        "y: expected a batch of shape [B] and (2), found (3, 1)");
  }

  @Test
  void showsNetworksWhatTheyAreGiven() {
    model.bound(run(noise()), x());
    assertThat(Probe.seen("h.network")).hasSize(1); // a value is computed once
    List<float[]> feature = Probe.seen("h.network").get(0);
    float[] scaled = {2f / 15 * 15 - 1, 2f / 15 * 6 - 1};
    assertThat(feature.get(0)).containsExactly(repeated(scaled), within(1e-6f));
    assertThat(feature.get(1)).containsExactly(1, 0, 1, 0, 1, 0); // two levels stay as they are
    List<float[]> posterior = Probe.seen("z.q.network").get(0);
    assertThat(posterior).hasSize(4); // h, two parameters of p(z), u
    assertThat(posterior.get(0)).containsOnly(0).hasSize(BATCH * 5);
    assertThat(posterior.get(1)).containsExactly(3, 3, 3);
    assertThat(posterior.get(2)).containsExactly(-7, -7, -7);
    assertThat(posterior.get(3))
        .containsExactly(model.infer(run(noise()), x()).get("u").toFloatArray());
    assertThat(Probe.seen("x.p.network").get(0).get(0)).containsExactly(1, 0, 1, 0, 1, 0);
  }

  private static float[] repeated(float[] row) {
    float[] rows = new float[BATCH * row.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row[i % row.length];
    }
    return rows;
  }

  @Test
  void drawsFromStreamsNamedAfterVariables() {
    Map<String, Integer> posterior = Map.of("noise.u", 1, "noise.z", 1);
    Kit.NamedNoise noise = noise();
    Bound bound = model.bound(run(noise), x());
    assertThat(noise.asked()).isEqualTo(posterior);
    noise = noise();
    NDArray weight = model.logWeight(run(noise), x());
    assertThat(noise.asked()).isEqualTo(posterior);
    noise = noise();
    model.infer(run(noise), x());
    assertThat(noise.asked()).isEqualTo(posterior);
    noise = noise();
    model.generate(run(noise), Map.of());
    assertThat(noise.asked())
        .isEqualTo(Map.of("noise.u", 1, "noise.y", 1, "noise.z", 1, "noise.x", 1));
    // the same u and z in all: the terms that have no closed form agree
    assertThat(weight.toFloatArray()).hasSize(BATCH);
    assertThat(bound.logP().get("y").toFloatArray())
        .containsExactly(model.bound(run(noise()), x()).logP().get("y").toFloatArray());
  }

  @Test
  void generatesEveryVariableOnItsGrid() {
    Map<String, NDArray> drawn = model.generate(run(noise()), Map.of());
    assertThat(drawn.keySet()).containsExactly("u", "y", "z", "x", "x.mean");
    for (float v : drawn.get("x").toFloatArray()) {
      assertThat(v).isBetween(0f, 15f).isEqualTo(Math.round(v));
    }
    assertThat(drawn.get("x.mean").getShape()).isEqualTo(new Shape(BATCH, 2));
    float[] y = drawn.get("y").toFloatArray();
    float[] z = drawn.get("z").toFloatArray();
    for (int i = 0; i < BATCH; i++) {
      // five deviations of e^-3.5 about the mean that the drawn y sets
      assertThat((double) z[i]).isCloseTo(3 * y[2 * i] - 3 * y[2 * i + 1], within(0.15));
    }
  }

  @Test
  void generatesFromCarriedValues() {
    NDArray foreign = Kit.repeat(manager, BATCH, 0, 1);
    Map<String, NDArray> drawn = model.generate(run(noise()), Map.of("y", foreign));
    assertThat(drawn.get("y").toFloatArray()).containsExactly(foreign.toFloatArray());
    for (double z : Kit.doubles(drawn.get("z"))) {
      assertThat(z).isCloseTo(-3, within(0.15));
    }
    assertThat(Probe.seen("x.p.network").get(0).get(0)).containsExactly(foreign.toFloatArray());

    NDArray z = Kit.repeat(manager, BATCH, 42);
    Kit.NamedNoise noise = noise();
    drawn = model.generate(run(noise), Map.of("y", foreign, "z", z, "u", foreign));
    assertThat(drawn.get("z").toFloatArray()).containsOnly(42);
    assertThat(noise.asked()).isEqualTo(Map.of("noise.x", 1));
    assertThat(Probe.seen("x.p.network").get(1).get(1)).containsOnly(42);
  }

  @Test
  void standsForDataByItsModeWhereAsked() {
    Map<String, NDArray> latents =
        Map.of("u", Kit.repeat(manager, BATCH, 0, 1), "z", Kit.repeat(manager, BATCH, 1));
    Map<String, NDArray> mode = model.generate(run(noise()), latents, Model.Pick.MODE);
    Map<String, NDArray> again =
        model.generate(run(new EngineNoise(manager, BATCH)), latents, Model.Pick.MODE);
    for (String data : List.of("y", "x")) {
      assertThat(again.get(data).toFloatArray()).containsExactly(mode.get(data).toFloatArray());
    }
    float[] x = mode.get("x").toFloatArray();
    float[] mean = mode.get("x.mean").toFloatArray();
    for (int i = 0; i < x.length; i++) {
      // the mode is the level at the location, the mean within half a level of it
      assertThat(x[i]).isEqualTo(Math.round(x[i])).isCloseTo(mean[i], within(1.0001f));
    }
  }

  @Test
  void refusesValuesThatDoNotFit() {
    NDArray y = Kit.repeat(manager, BATCH, 0, 1);
    refused(
        () -> model.generate(run(noise()), Map.of("h", y)),
        "'h' cannot be carried; this model's latent and derived variables are [u, y, z]");
    refused(
        () -> model.generate(run(noise()), Map.of("x", y)),
        "'x' cannot be carried; this model's latent and derived variables are [u, y, z]");
    refused(
        () -> model.generate(run(noise()), Map.of("z", y)),
        "z: expected a batch of shape [B] and (1), found (3, 2)");
    refused(
        () -> model.bound(run(noise()), manager.zeros(new Shape(BATCH, 3))),
        "x: expected a batch of shape [B] and (2), found (3, 3)");
    refused(
        () -> model.infer(run(noise()), manager.zeros(new Shape(2))),
        "x: expected a batch of shape [B] and (2), found (2)");
    refused(
        () -> model.importanceBound(0, k -> run(noise()), x()),
        "importance samples: must be at least 1, not 0");
  }

  /** What a batch norm keeps of its batches moves once a step, however many read it. */
  @Test
  void computesAFeatureOnceForPQAndTheirFlow() {
    Model levels =
        Kit.model(
            X,
            """
            - {latent: z1, shape: [2], p: standard-normal, q: {type: normal, given: [x], network: probe}}
            - {feature: n1, shape: [2], given: [z1], network: probe}
            - latent: z2
              shape: [2]
              p: {type: normal, given: [n1], network: probe}
              q: {type: normal, given: [x, n1], network: probe}
              shared: [{given: [n1], bijector: {type: rank1-affine, network: probe}}]
            - observed: x
              p: {type: discretized-logistic, given: [z1, z2], network: mlp}
            """,
            List.of(Probe.class));
    try (Weights own = Weights.initialize(levels, manager)) {
      Probe.clear();
      levels.bound(Kit.run(manager, own, noise()), x());
      assertThat(Probe.seen("n1.network")).hasSize(1);
      assertThat(Probe.seen("z2.p.network")).hasSize(1);
    }
  }
}
