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
import ai.djl.training.ParameterStore;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Initialization;
import io.varve.spi.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class ResnetTest {
  private static final Site SITE = new Site("z.p.flow[0].channel0", 1);
  private static final List<Shape> INPUTS = List.of(new Shape(3, 4, 4), new Shape(2));
  private static final List<Shape> OUTPUTS = List.of(new Shape(3, 4, 4), new Shape(1, 4, 4));

  /** Rounding of double-precision sums of a few hundred terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-7;

  private final Resnet net = level(5, 2, Activation.ELU);
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
  void computesWhatItsLayersSay() {
    Block block = built();
    NDList inputs = inputs(1);
    NDList outputs = forward(block, inputs);
    Map<String, double[]> w = new HashMap<>();
    block.getParameters().forEach(e -> w.put(e.getKey(), doubles(e.getValue().getArray())));
    double[] vector = doubles(inputs.get(1));
    double[][][] context = new double[2][4][4];
    for (int i = 0; i < 32; i++) {
      context[i / 16][i / 4 % 4][i % 4] = vector[i / 16]; // a vector is the same at each pixel
    }
    double[][][] image = Loops.image(doubles(inputs.get(0)), 3, 4, 4);
    double[][][] x = Loops.convolve(w, "first", Loops.beside(image, context), 3);
    for (int i = 0; i < 2; i++) {
      double[][][] h = copy(x);
      Loops.elu(h);
      h = Loops.convolve(w, "block" + i + ".first", h, 3);
      Loops.elu(h);
      h = Loops.convolve(w, "block" + i + ".second", h, 3);
      double[] sum = Loops.flat(x);
      for (int j = 0; j < sum.length; j++) {
        sum[j] += Loops.flat(h)[j];
      }
      x = Loops.image(sum, 5, 4, 4);
    }
    Loops.elu(x);
    double[][][] y = Loops.convolve(w, "output", x, 1);
    assertThat(doubles(outputs.get(0)))
        .containsExactly(Loops.flat(new double[][][] {y[0], y[1], y[2]}), within(ROUNDING));
    assertThat(doubles(outputs.get(1)))
        .containsExactly(Loops.flat(new double[][][] {y[3]}), within(ROUNDING));
  }

  private static double[][][] copy(double[][][] x) {
    return Loops.image(Loops.flat(x), x.length, x[0].length, x[0][0].length);
  }

  @Test
  void gradientsAreThoseOfTheFunction() {
    Block block = built();
    NDList inputs = inputs(2);
    for (int i = 0; i < 2; i++) {
      int which = i;
      UnaryOperator<NDArray> f =
          x -> {
            NDList changed = new NDList(inputs);
            changed.set(which, x);
            return forward(block, changed).get(0).square();
          };
      assertThat(gradient(f, inputs.get(i)))
          .containsExactly(differences(f, inputs.get(i)), within(DIFFERENCE));
    }
  }

  @Test
  void rowsAreIndependent() {
    Block block = built();
    NDList inputs = inputs(6);
    assertThat(doubles(forward(block, rows(inputs, 2, 4)).get(0)))
        .containsExactly(doubles(forward(block, inputs).get(0).get("2:4")), within(ROUNDING));
  }

  @Test
  void shapesAreThoseAskedFor() {
    Block block = built();
    Shape[] expected = {new Shape(6, 3, 4, 4), new Shape(6, 1, 4, 4)};
    assertThat(forward(block, inputs(6)).getShapes()).isEqualTo(expected);
    assertThat(block.getOutputShapes(inputs(6).getShapes())).isEqualTo(expected);
  }

  @Test
  void refusesWhatItCannotBuild() {
    assertThatThrownBy(() -> level(0, 1, Activation.ELU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got [0]");
    assertThatThrownBy(() -> level(1, -1, Activation.ELU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got -1");
    assertThatThrownBy(() -> net.build(SITE, List.of(new Shape(3, 4)), OUTPUTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(3, 4)");
  }

  public static Resnet level(int filters, int blocks, Activation activation) {
    return new Resnet(
        List.of(filters),
        List.of(),
        Optional.of(blocks),
        activation,
        0,
        Mlp.Heads.SHARED,
        Initialization.AS_ACTIVATION);
  }

  private Block built() {
    Block block = net.build(SITE, INPUTS, OUTPUTS);
    block.initialize(manager, DataType.FLOAT64, inputs(1).getShapes());
    return block;
  }

  private NDList inputs(int batch) {
    return new NDList(values(manager, 1, batch, 3, 4, 4), values(manager, 2, batch, 2));
  }

  private NDList forward(Block block, NDList inputs) {
    return block.forward(new ParameterStore(manager, false), inputs, false);
  }
}
