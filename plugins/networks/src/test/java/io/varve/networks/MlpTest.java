package io.varve.networks;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.rows;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.networks.Mlp.Heads;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Initialization;
import io.varve.spi.Site;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MlpTest {
  private static final Site SITE = new Site("z.q", 1);
  private static final List<Shape> INPUTS = List.of(new Shape(1, 2, 2), new Shape(3));
  private static final List<Shape> OUTPUTS = List.of(new Shape(2), new Shape(1, 3), new Shape());

  /** Rounding of double-precision products of a few terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource
  void computesWhatItsLayersSay(Heads heads) {
    Mlp mlp = mlp(List.of(5, 4), Activation.TANH, Activation.SIGMOID, 0, heads);
    Block block = built(mlp, DataType.FLOAT64);
    NDList inputs = inputs(6);
    NDList outputs = forward(block, inputs, false);
    Map<String, double[]> weights =
        block.getParameters().stream()
            .collect(Collectors.toMap(p -> p.getKey(), p -> doubles(p.getValue().getArray())));
    int[] sizes = {2, 3, 1};
    for (int row = 0; row < 6; row++) {
      for (int output = 0; output < 3; output++) {
        int tower = heads == Heads.TWIN ? output : 0;
        double[] x = flat(inputs, row);
        double[] expected = tower(weights, heads, tower, x);
        int from = heads == Heads.TWIN ? 0 : new int[] {0, 2, 5}[output];
        for (int i = 0; i < sizes[output]; i++) {
          assertThat(doubles(outputs.get(output))[row * sizes[output] + i])
              .isCloseTo(expected[from + i], within(ROUNDING));
        }
      }
    }
  }

  private static double[] flat(NDList inputs, int row) {
    double[] x = new double[7];
    System.arraycopy(doubles(inputs.get(0)), 4 * row, x, 0, 4);
    System.arraycopy(doubles(inputs.get(1)), 3 * row, x, 4, 3);
    return x;
  }

  /** The outputs of one tower in plain loops; the parameters' layouts are Perceptron's. */
  private static double[] tower(Map<String, double[]> w, Heads heads, int tower, double[] x) {
    boolean twin = heads == Heads.TWIN;
    int out = twin ? new int[] {2, 3, 1}[tower] : 6;
    String name = twin ? "output" + tower : "output";
    double[] first = new double[5];
    for (int o = 0; o < 5; o++) {
      double sum = w.get("hidden0.bias")[tower * 5 + o];
      for (int i = 0; i < 7; i++) {
        sum += w.get("hidden0.weight")[(tower * 5 + o) * 7 + i] * x[i];
      }
      first[o] = Math.tanh(sum);
    }
    double[] second = new double[4];
    for (int o = 0; o < 4; o++) {
      double sum = w.get("hidden1.bias")[tower * 4 + o];
      for (int i = 0; i < 5; i++) {
        int at = twin ? (tower * 5 + i) * 4 + o : o * 5 + i;
        sum += w.get("hidden1.weight")[at] * first[i];
      }
      second[o] = Math.tanh(sum);
    }
    double[] y = new double[out];
    for (int o = 0; o < out; o++) {
      double sum = w.get(name + ".bias")[o];
      for (int i = 0; i < 4; i++) {
        sum += w.get(name + ".weight")[o * 4 + i] * second[i];
      }
      y[o] = 1 / (1 + Math.exp(-sum));
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource
  void shapesAreThoseAskedFor(Heads heads) {
    for (List<Integer> hidden : List.of(List.<Integer>of(), List.of(3), List.of(3, 4, 5))) {
      Mlp mlp = mlp(hidden, Activation.RELU, Activation.NONE, 0, heads);
      NDList outputs = forward(built(mlp, DataType.FLOAT64), inputs(6), false);
      assertThat(outputs.getShapes())
          .containsExactly(new Shape(6, 2), new Shape(6, 1, 3), new Shape(6));
      assertThat(built(mlp, DataType.FLOAT32).getOutputShapes(inputs(6).getShapes()))
          .containsExactly(new Shape(6, 2), new Shape(6, 1, 3), new Shape(6));
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void gradientsAreThoseOfTheFunction(Activation activation) {
    for (Heads heads : Heads.values()) {
      Mlp mlp = mlp(List.of(4, 3), activation, activation, 0, heads);
      Block block = built(mlp, DataType.FLOAT64);
      NDList inputs = inputs(2);
      UnaryOperator<NDArray> f =
          x -> {
            NDArray sum = x.getManager().create(0.0);
            for (NDArray y : forward(block, new NDList(x, inputs.get(1)), false)) {
              sum = y.square().sum().add(sum);
            }
            return sum;
          };
      assertThat(gradient(f, inputs.get(0)))
          .containsExactly(differences(f, inputs.get(0)), within(DIFFERENCE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreIndependent(Heads heads) {
    Mlp mlp = mlp(List.of(5, 4), Activation.ELU, Activation.NONE, 0, heads);
    Block block = built(mlp, DataType.FLOAT64);
    NDList inputs = inputs(6);
    NDList all = forward(block, inputs, false);
    NDList some = forward(block, rows(inputs, 2, 4), false);
    for (int i = 0; i < 3; i++) {
      assertThat(doubles(some.get(i)))
          .containsExactly(doubles(all.get(i).get("2:4")), within(ROUNDING));
    }
  }

  @Test
  void dropsInTrainingOnly() {
    Mlp mlp = mlp(List.of(400), Activation.RELU, Activation.NONE, 0.5, Heads.SHARED);
    Block block = built(mlp, DataType.FLOAT64);
    NDList inputs = inputs(3);
    double[] evaluated = doubles(forward(block, inputs, false).get(0));
    assertThat(doubles(forward(block, inputs, false).get(0))).isEqualTo(evaluated);
    assertThat(doubles(forward(block, inputs, true).get(0))).isNotEqualTo(evaluated);
  }

  @Test
  void weightsStartAsTheirActivationWants() {
    List<Shape> wide = List.of(new Shape(400));
    for (Heads heads : Heads.values()) {
      Mlp mlp = mlp(List.of(300, 200), Activation.RELU, Activation.NONE, 0, heads);
      Block block = mlp.build(SITE, wide, List.of(new Shape(100), new Shape(100)));
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 400));
      assertThat(deviation(block, "hidden0.weight")).isCloseTo(Math.sqrt(2 / 400.), within(1e-3));
      assertThat(deviation(block, "hidden1.weight")).isCloseTo(Math.sqrt(2 / 300.), within(1e-3));
      double out = heads == Heads.TWIN ? 100 : 200;
      assertThat(deviation(block, "output.weight"))
          .isCloseTo(Math.sqrt(2 / (200 + out)), within(1e-3));
      assertThat(deviation(block, "hidden1.bias")).isZero();
    }
  }

  private static double deviation(Block block, String name) {
    return Math.sqrt(block.getParameters().get(name).getArray().square().mean().getFloat());
  }

  @Test
  void parametersHaveTheirShapesBeforeAnyInput() {
    Mlp mlp = mlp(List.of(5), Activation.RELU, Activation.NONE, 0, Heads.SHARED);
    for (Parameter parameter : mlp.build(SITE, INPUTS, OUTPUTS).getParameters().values()) {
      assertThat(parameter.getShape()).as(parameter.getName()).isNotNull();
    }
  }

  @Test
  void refusesWhatItCannotBuild() {
    assertThatThrownBy(() -> mlp(List.of(8, 0), Activation.RELU, Activation.NONE, 0, Heads.SHARED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[8, 0]");
    for (double dropout : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(
              () -> mlp(List.of(), Activation.RELU, Activation.NONE, dropout, Heads.SHARED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("got " + dropout);
    }
    Mlp mlp = mlp(List.of(5), Activation.RELU, Activation.NONE, 0, Heads.SHARED);
    assertThatThrownBy(() -> mlp.build(SITE, List.of(), OUTPUTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 0 and 3");
  }

  private static Mlp mlp(
      List<Integer> hidden, Activation activation, Activation output, double dropout, Heads heads) {
    return new Mlp(hidden, activation, output, dropout, heads, false, Initialization.AS_ACTIVATION);
  }

  private Block built(Mlp mlp, DataType type) {
    Block block = mlp.build(SITE, INPUTS, OUTPUTS);
    block.initialize(manager, type, inputs(1).getShapes());
    return block;
  }

  private NDList forward(Block block, NDList inputs, boolean training) {
    return block.forward(new ParameterStore(manager, false), inputs, training);
  }

  private NDList inputs(int batch) {
    return new NDList(values(manager, 1, batch, 1, 2, 2), values(manager, 2, batch, 3));
  }
}
