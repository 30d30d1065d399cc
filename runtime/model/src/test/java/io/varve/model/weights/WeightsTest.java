package io.varve.model.weights;

import static io.varve.model.yaml.YamlTextTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.varve.model.Kit;
import io.varve.model.Model;
import io.varve.model.Move;
import io.varve.model.Normed;
import io.varve.model.Run;
import io.varve.spi.Ops;
import io.varve.spi.Space;
import io.varve.spi.Starts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeightsTest {
  /** Gradients sum some ten float32 products. */
  private static final float ROUNDING = 1e-5f;

  private static final int BATCH = 8;
  private static final Space X = Space.real(new Shape(3));

  private static final String NODES =
      """
      - latent: z
        shape: [2]
        p: {type: normal, flow: [{bijector: move}]}
        q: {type: normal, given: [x], network: normed}
      - observed: x
        p: {type: normal, given: [z], network: {type: mlp, hidden: [4]}}
      """;

  private static final List<String> NAMES =
      List.of(
          "z.q.network.01BatchNorm_gamma",
          "z.q.network.01BatchNorm_beta",
          "z.q.network.01BatchNorm_runningMean",
          "z.q.network.01BatchNorm_runningVar",
          "z.q.network.02Linear_weight",
          "z.q.network.02Linear_bias",
          "z.p.0.constant0",
          "z.p.1.constant1",
          "z.p.flow[0].0.by",
          "z.p.flow[0].1.calls",
          "x.p.network.hidden0.weight",
          "x.p.network.hidden0.bias",
          "x.p.network.output.weight",
          "x.p.network.output.bias");

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(6);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static Model model() {
    return Kit.model(X, NODES, List.of(Normed.class, Move.class));
  }

  private NDArray x() {
    return manager.randomNormal(new Shape(BATCH, 3));
  }

  private Run training(NDManager scope, ParameterStore store) {
    return new Run(scope, store, true, new Kit.NamedNoise(scope, BATCH, 2));
  }

  @Test
  void namesEveryParameterByItsPath() {
    for (int i = 0; i < 2; i++) {
      try (Weights weights = Weights.initialize(model(), manager)) {
        assertThat(weights.names().values()).containsExactlyElementsOf(NAMES);
        assertThat(weights.buffers().keySet())
            .containsExactlyInAnyOrder(
                "z.q.network.01BatchNorm_runningMean",
                "z.q.network.01BatchNorm_runningVar",
                "z.p.flow[0].1.calls");
        assertThat(weights.count()).isEqualTo(3 + 3 + 12 + 4 + 2 + 2 + 2 + 8 + 4 + 24 + 6);
        assertThat(weights.views(weights.flat())).hasSize(NAMES.size() - 3);
      }
    }
  }

  @Test
  void sharesStorageBetweenVectorAndViews() {
    try (Weights weights = Weights.initialize(model(), manager)) {
      NDArray flat = weights.flat();
      flat.addi(Ops.constant(flat, 1));
      NDArray bias = weights.views(flat).get("x.p.network.output.bias");
      assertThat(bias.toFloatArray()).containsOnly(1);
      bias.addi(Ops.constant(bias, 2));
      float[] values = flat.toFloatArray();
      assertThat(values[values.length - 1]).isEqualTo(3);
    }
  }

  @Test
  void differentiatesTheVectorAsItsParts() {
    Model model = model();
    try (Weights weights = Weights.initialize(model, manager)) {
      NDArray x = x();
      NDArray flat = weights.flat().duplicate();
      flat.setRequiresGradient(true);
      Map<String, NDArray> leaves = new LinkedHashMap<>();
      weights.views(weights.flat()).forEach((name, view) -> leaves.put(name, view.duplicate()));
      leaves.values().forEach(leaf -> leaf.setRequiresGradient(true));
      try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
        ParameterStore store = weights.store(manager, flat);
        collector.backward(model.bound(training(manager, store), x).total().mean());
      }
      try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
        ParameterStore store = new Leaves(weights, leaves);
        collector.backward(model.bound(training(manager, store), x).total().mean());
      }
      Map<String, NDArray> gradients = weights.views(flat.getGradient());
      leaves.forEach(
          (name, leaf) ->
              assertThat(gradients.get(name).toFloatArray())
                  .as(name)
                  .containsExactly(leaf.getGradient().toFloatArray(), within(ROUNDING)));
      assertThat(flat.getGradient().abs().sum().getFloat()).isPositive();
    }
  }

  /** Parameters as arrays of their own. */
  private final class Leaves extends ParameterStore {
    private final Weights weights;
    private final Map<String, NDArray> leaves;

    Leaves(Weights weights, Map<String, NDArray> leaves) {
      super(manager, false);
      this.weights = weights;
      this.leaves = leaves;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      String name = weights.names().get(parameter);
      return leaves.containsKey(name) ? leaves.get(name) : weights.buffers().get(name);
    }
  }

  @Test
  void startsBuffersAsIfNothingHadRun() {
    try (Weights weights = Weights.initialize(model(), manager)) {
      Map<String, NDArray> buffers = weights.buffers();
      assertThat(buffers.get("z.q.network.01BatchNorm_runningMean").toFloatArray()).containsOnly(0);
      assertThat(buffers.get("z.q.network.01BatchNorm_runningVar").toFloatArray()).containsOnly(1);
      assertThat(buffers.get("z.p.flow[0].1.calls").toFloatArray()).containsExactly(5);
    }
  }

  @Test
  void keepsWhatBlocksDoToBuffers() {
    Model model = model();
    try (Weights weights = Weights.initialize(model, manager)) {
      for (int step = 0; step < 3; step++) {
        try (NDManager scope = manager.newSubManager()) {
          model.bound(training(scope, weights.store(scope, weights.flat())), x()).total();
        }
      }
      Map<String, NDArray> buffers = weights.buffers();
      assertThat(buffers.get("z.p.flow[0].1.calls").toFloatArray()).containsExactly(5 + 3);
      assertThat(buffers.get("z.q.network.01BatchNorm_runningMean").toFloatArray())
          .doesNotContain(0);
    }
  }

  @Test
  void takesStartingValuesOnce() {
    try (Weights weights = Weights.initialize(model(), manager)) {
      String name = "x.p.network.output.bias";
      Parameter bias = parameter(weights, name);
      ParameterStore store = weights.starting(manager);
      Starts starts = (Starts) store;
      starts.start(bias, manager.full(new Shape(6), 2f));
      starts.start(bias, manager.full(new Shape(6), 3f));
      assertThat(weights.views(weights.flat()).get(name).toFloatArray()).containsOnly(2);
      assertThat(store.getValue(bias, Device.cpu(), false).toFloatArray()).containsOnly(2);
      refused(
          () -> starts.start(bias, manager.ones(new Shape(3))),
          name + ": its block gives it a starting value of shape (3), but it has the shape (6)");
      assertThat(weights.store(manager, weights.flat())).isNotInstanceOf(Starts.class);
    }
  }

  private static Parameter parameter(Weights weights, String name) {
    return weights.names().entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void loadsInPlace() {
    Model model = model();
    try (Weights from = Weights.initialize(model, manager);
        Weights to = Weights.initialize(model, manager)) {
      assertThat(to.flat().toFloatArray()).isNotEqualTo(from.flat().toFloatArray());
      NDArray calls = from.buffers().get("z.p.flow[0].1.calls");
      calls.addi(Ops.constant(calls, 1));
      NDArray view = to.views(to.flat()).get("z.q.network.02Linear_weight");
      to.load(from.flat(), from.buffers());
      assertThat(to.flat().toFloatArray()).containsExactly(from.flat().toFloatArray());
      assertThat(to.buffers().get("z.p.flow[0].1.calls").toFloatArray()).containsExactly(6);
      assertThat(view.toFloatArray())
          .containsExactly(
              from.views(from.flat()).get("z.q.network.02Linear_weight").toFloatArray());
      refused(
          () -> to.load(manager.zeros(new Shape(3)), from.buffers()),
          "the parameter vector: expected shape (70), found (3); these weights belong to another"
              + " model");
      refused(
          () -> to.load(from.flat(), Map.of()),
          "z.q.network.01BatchNorm_runningMean: expected shape (3), found nothing; these weights"
              + " belong to another model");
    }
  }

  @Test
  void makesWeightsOfOneModelTwice() {
    Model model = model();
    Weights.initialize(model, manager).close();
    try (Weights weights = Weights.initialize(model, manager)) {
      try (NDManager scope = manager.newSubManager()) {
        NDArray bound = model.bound(Kit.run(scope, weights, BATCH), x()).total();
        assertThat(bound.toFloatArray()).hasSize(BATCH).doesNotContain(Float.NaN);
      }
    }
  }

  @Test
  void ownsItsArraysWhateverScopeIsOpen() {
    Model model = model();
    int before = manager.getManagedArrays().size();
    Weights weights;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      weights = Weights.initialize(model, manager);
    }
    assertThat(weights.flat().isReleased()).isFalse();
    assertThat(weights.buffers().values()).allMatch(buffer -> !buffer.isReleased());
    weights.close();
    assertThat(manager.getManagedArrays()).hasSize(before);
  }

  @Test
  void refusesAParameterThatIsReadButNotListed() {
    Model model =
        Kit.model(
            X,
            NODES.replace("bijector: move", "bijector: {type: move, forgets: true}"),
            List.of(Normed.class, Move.class));
    refused(
        () -> Weights.initialize(model, manager),
        "a bijector reads its parameter 'by' but does not list it in parameters(); list it there");
  }
}
