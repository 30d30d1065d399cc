package io.varve.networks;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.networks.Mlp.Heads;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Initialization;
import io.varve.spi.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An {@link Mlp} with batch normalisation, or with Keras' start. */
class NormedMlpTest {
  private static final Site SITE = new Site("z.q", 1);
  private static final List<Shape> INPUTS = List.of(new Shape(1, 2, 2), new Shape(3));

  /** Rounding of double-precision products of a few terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-7;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void weightsStartGlorotNormal() {
    Mlp mlp =
        new Mlp(
            List.of(300, 200),
            Activation.RELU,
            Activation.NONE,
            0,
            Heads.TWIN,
            false,
            Initialization.GLOROT_NORMAL);
    List<Shape> outputs = List.of(new Shape(4000), new Shape(4000));
    Block block = mlp.build(SITE, List.of(new Shape(400)), outputs);
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 400));
    Map<String, Double> expected =
        Map.of(
            "hidden0.weight", Math.sqrt(2 / 700.), // of each head, not of both together
            "hidden1.weight", Math.sqrt(2 / 500.),
            "output.weight", Math.sqrt(2 / 4200.),
            "output.bias", Math.sqrt(1 / 4000.));
    expected.forEach(
        (name, deviation) -> {
          assertThat(deviation(block, name)).as(name).isCloseTo(deviation, withinPercentage(3));
          double largest = block.getParameters().get(name).getArray().abs().max().getFloat();
          // cut off at two deviations of the normal distribution before the cut
          assertThat(largest).as(name).isCloseTo(2 * deviation / 0.8796, withinPercentage(2));
        });
  }

  /** A head of twins is a network of its own that reads the same standardised input. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twinsAreNetworksOfTheirOwn(boolean training) {
    List<Shape> outputs = List.of(new Shape(2), new Shape(1, 2), new Shape(2));
    Block twins = normed(Heads.TWIN).build(SITE, INPUTS, outputs);
    twins.initialize(manager, DataType.FLOAT64, inputs(1).getShapes());
    scatter(twins);
    NDList inputs = inputs(6);
    Map<String, NDArray> w = new HashMap<>();
    twins.getParameters().forEach(e -> w.put(e.getKey(), e.getValue().getArray().duplicate()));
    NDList all = forward(twins, inputs, training);
    for (int t = 0; t < 3; t++) {
      Block one = normed(Heads.SHARED).build(SITE, INPUTS, outputs.subList(t, t + 1));
      one.initialize(manager, DataType.FLOAT64, inputs(1).getShapes());
      String five = 5 * t + ":" + (5 * t + 5);
      set(one, "norm.mean", w.get("norm.mean"));
      set(one, "norm.variance", w.get("norm.variance"));
      set(one, "norm.scale", w.get("norm.scale").get(t));
      set(one, "norm.shift", w.get("norm.shift").get(t));
      set(one, "hidden0.weight", w.get("hidden0.weight").get(five));
      set(one, "hidden0.bias", w.get("hidden0.bias").get(five));
      for (String layer : List.of("hidden1", "output")) {
        set(one, layer + ".weight", w.get(layer + ".weight").get(t).transpose());
        set(one, layer + ".bias", w.get(layer + ".bias").get(t).flatten());
      }
      assertThat(doubles(all.get(t)))
          .containsExactly(doubles(forward(one, inputs, training).head()), within(ROUNDING));
      for (String buffer : List.of("norm.mean", "norm.variance")) {
        assertThat(doubles(twins.getParameters().get(buffer).getArray()))
            .containsExactly(doubles(one.getParameters().get(buffer).getArray()), within(ROUNDING));
      }
    }
  }

  private static Mlp normed(Heads heads) {
    Initialization start = Initialization.AS_ACTIVATION;
    return new Mlp(List.of(5, 4), Activation.TANH, Activation.SIGMOID, 0, heads, true, start);
  }

  /** Gives every parameter and buffer other values, above 0. */
  private void scatter(Block block) {
    int seed = 10;
    for (Parameter parameter : block.getParameters().values()) {
      NDArray value = values(manager, seed++, parameter.getShape().getShape()).abs();
      parameter.getArray().set(new NDIndex("..."), value);
    }
  }

  private static void set(Block block, String name, NDArray value) {
    block.getParameters().get(name).getArray().set(new NDIndex("..."), value);
  }

  @ParameterizedTest
  @EnumSource
  void gradientsPassThroughTheStatisticsOfABatch(Heads heads) {
    List<Shape> outputs = List.of(new Shape(2), new Shape(2));
    Block block = normed(heads).build(SITE, INPUTS, outputs);
    block.initialize(manager, DataType.FLOAT64, inputs(1).getShapes());
    scatter(block);
    NDList inputs = inputs(3);
    UnaryOperator<NDArray> f =
        x -> forward(block, new NDList(x, inputs.get(1)), true).get(1).square();
    assertThat(gradient(f, inputs.get(0)))
        .containsExactly(differences(f, inputs.get(0)), within(DIFFERENCE));
  }

  private static double deviation(Block block, String name) {
    return Math.sqrt(block.getParameters().get(name).getArray().square().mean().getFloat());
  }

  private NDList forward(Block block, NDList inputs, boolean training) {
    return block.forward(new ParameterStore(manager, false), inputs, training);
  }

  private NDList inputs(int batch) {
    return new NDList(values(manager, 1, batch, 1, 2, 2), values(manager, 2, batch, 3));
  }
}
