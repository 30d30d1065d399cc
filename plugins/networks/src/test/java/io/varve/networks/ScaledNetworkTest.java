package io.varve.networks;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.varve.networks.layer.Activation;
import io.varve.networks.layer.Initialization;
import io.varve.networks.layer.Scale;
import io.varve.spi.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A {@link Resnet} with scales. */
class ScaledNetworkTest {
  private static final Site SITE = new Site("z.q.network", 1);

  /** Rounding of double-precision sums of a few hundred terms; epsilon is single precision. */
  private static final double ROUNDING = 1e-7;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-6;

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
  void encodesAsItsLayersSay() {
    Block block =
        built(net(Mlp.Heads.SHARED, Scale.DOWN, Scale.KEEP), new Shape(2, 5, 4), new Shape(3));
    NDArray image = values(manager, 1, 1, 2, 5, 4);
    Map<String, double[]> w = numbers(block);
    double[][][] x = residual(w, "scale0.block0", Loops.image(doubles(image), 2, 5, 4), 2);
    normalise(w, "scale1.block0.norm", x);
    double[] h = Loops.flat(residual(w, "scale1.block0", x, 1));
    double[] expected = new double[3];
    for (int o = 0; o < 3; o++) {
      expected[o] = w.get("output.bias")[o];
      for (int i = 0; i < h.length; i++) {
        expected[o] += w.get("output.weight")[o * h.length + i] * h[i];
      }
    }
    assertThat(doubles(forward(block, image, false).head()))
        .containsExactly(expected, within(ROUNDING));
  }

  @Test
  void decodesAsItsLayersSay() {
    Block block =
        built(net(Mlp.Heads.SHARED, Scale.UP, Scale.UP), new Shape(5), new Shape(2, 8, 4));
    NDArray code = values(manager, 1, 1, 5);
    Map<String, double[]> w = numbers(block);
    double[] front = new double[3 * 2];
    for (int o = 0; o < front.length; o++) {
      front[o] = w.get("front.bias")[o];
      for (int i = 0; i < 5; i++) {
        front[o] += w.get("front.weight")[o * 5 + i] * doubles(code)[i];
      }
    }
    double[][][] x = Loops.image(front, 3, 2, 1);
    Loops.elu(x);
    x = doubled(w, "scale0.block0", x);
    normalise(w, "scale1.block0.norm", x);
    x = convolve(w, "output", doubled(w, "scale1.block0", x), 3, 1);
    assertThat(doubles(forward(block, code, false).head()))
        .containsExactly(Loops.flat(x), within(ROUNDING));
  }

  private static double[][][] residual(
      Map<String, double[]> w, String name, double[][][] x, int stride) {
    double[][][] h = convolve(w, name + ".first", x, 3, stride);
    Loops.elu(h);
    return sum(
        convolve(w, name + ".second", h, 3, 1), convolve(w, name + ".shortcut", x, 1, stride));
  }

  private static double[][][] doubled(Map<String, double[]> w, String name, double[][][] x) {
    double[] bias = w.get(name + ".first.bias");
    double[][][] h = Loops.transposed(rows(w.get(name + ".first.weight"), bias.length), bias, x);
    Loops.elu(h);
    double[][] four = rows(w.get(name + ".shortcut.weight"), bias.length);
    double[][][] past = new double[bias.length][h[0].length][h[0][0].length];
    for (int at = 0; at < Loops.flat(past).length; at++) {
      int column = at % past[0][0].length;
      int row = at / past[0][0].length % past[0].length;
      int o = at / past[0][0].length / past[0].length;
      past[o][row][column] = w.get(name + ".shortcut.bias")[o];
      for (int i = 0; i < x.length; i++) {
        int tap = row % 2 * 2 + column % 2;
        past[o][row][column] += four[o][i * 4 + tap] * x[i][row / 2][column / 2];
      }
    }
    return sum(convolve(w, name + ".second", h, 3, 1), past);
  }

  private static double[][] rows(double[] flat, int rows) {
    double[][] all = new double[rows][flat.length / rows];
    for (int i = 0; i < flat.length; i++) {
      all[i / all[0].length][i % all[0].length] = flat[i];
    }
    return all;
  }

  /** The activated sum. */
  private static double[][][] sum(double[][][] a, double[][][] b) {
    double[] all = Loops.flat(a);
    for (int i = 0; i < all.length; i++) {
      all[i] += Loops.flat(b)[i];
    }
    double[][][] sum = Loops.image(all, a.length, a[0].length, a[0][0].length);
    Loops.elu(sum);
    return sum;
  }

  private static void normalise(Map<String, double[]> w, String name, double[][][] x) {
    for (int c = 0; c < x.length; c++) {
      double deviation = Math.sqrt(w.get(name + ".variance")[c] + 1e-3);
      for (double[] line : x[c]) {
        for (int i = 0; i < line.length; i++) {
          double standard = (line[i] - w.get(name + ".mean")[c]) / deviation;
          line[i] = w.get(name + ".scale")[c] * standard + w.get(name + ".shift")[c];
        }
      }
    }
  }

  private static double[][][] convolve(
      Map<String, double[]> p, String name, double[][][] x, int side, int stride) {
    double[] bias = p.get(name + ".bias");
    double[][] w = rows(p.get(name + ".weight"), bias.length);
    int height = (x[0].length + stride - 1) / stride;
    int width = (x[0][0].length + stride - 1) / stride;
    double[][][] y = new double[w.length][height][width];
    for (int at = 0; at < w.length * height * width; at++) {
      int o = at / (height * width);
      int row = at / width % height;
      int column = at % width;
      y[o][row][column] = bias[o];
      for (int i = 0; i < w[o].length; i++) {
        double[][] channel = x[i / (side * side)];
        int r = row * stride + i / side % side - side / 2;
        int c = column * stride + i % side - side / 2;
        boolean inside = r >= 0 && r < channel.length && c >= 0 && c < channel[r].length;
        y[o][row][column] += inside ? w[o][i] * channel[r][c] : 0;
      }
    }
    return y;
  }

  /** A head of twins is a network of its own: one whose other heads have other weights. */
  @ParameterizedTest
  @CsvSource({"false, DOWN", "true, DOWN", "false, UP", "true, UP"})
  void twinsAreNetworksOfTheirOwn(boolean training, Scale scale) {
    boolean down = scale == Scale.DOWN;
    Shape input = down ? new Shape(2, 4, 4) : new Shape(5);
    Shape output = down ? new Shape(3) : new Shape(2, 4, 4);
    NDArray x = values(manager, 1, new Shape(4).addAll(input).getShape());
    Block twins = built(net(Mlp.Heads.TWIN, scale, scale), input, output, output);
    Block one = built(net(Mlp.Heads.SHARED, scale, scale), input, output);
    NDList all = forward(twins, x, false);
    for (int t = 0; t < 2; t++) {
      for (Pair<String, Parameter> part : one.getParameters()) {
        NDArray of = twins.getParameters().get(part.getKey()).getArray();
        boolean batched = down && part.getKey().startsWith("output");
        NDArray own = of.split(2, 0).get(t);
        own = batched && of.getShape().dimension() == 3 ? own.squeeze(0) : own;
        NDArray value = batched && part.getKey().endsWith("weight") ? own.transpose() : own;
        NDArray array = part.getValue().getArray();
        array.set(new NDIndex("..."), value.reshape(array.getShape()));
      }
      if (training) {
        all = forward(twins, x, true);
      }
      assertThat(doubles(all.get(t)))
          .containsExactly(doubles(forward(one, x, training).head()), within(ROUNDING));
    }
  }

  @ParameterizedTest
  @CsvSource({"DOWN, SHARED", "DOWN, TWIN", "UP, SHARED", "UP, TWIN"})
  void gradientsAreThoseOfTheFunction(Scale scale, Mlp.Heads heads) {
    boolean down = scale == Scale.DOWN;
    Shape input = down ? new Shape(1, 4, 4) : new Shape(3);
    Shape output = down ? new Shape(2) : new Shape(1, 4, 4);
    Block block = built(net(heads, scale, scale), input, output, output);
    NDArray x = values(manager, 1, new Shape(3).addAll(input).getShape());
    UnaryOperator<NDArray> f = v -> forward(block, v, true).get(1).square();
    assertThat(gradient(f, x)).containsExactly(differences(f, x), within(DIFFERENCE));
  }

  /** Apostolopoulou et al. (2021), Table 6; the layers counted by hand. */
  @Test
  void hasTheParametersOfThePaper() {
    List<Integer> up = List.of(16, 32);
    long encoder = (160 + 2320 + 32) + 32 + (4640 + 9248 + 544) + (1568 * 64 + 64);
    assertThat(count(of(up, Scale.DOWN), new Shape(1, 28, 28), new Shape(64))).isEqualTo(encoder);
    long front = 101 * 1568;
    long decoder = (9248 + 9248 + 4128) + 64 + (4624 + 2320 + 2064) + 145;
    assertThat(count(of(List.of(32, 16), Scale.UP), new Shape(100), new Shape(1, 28, 28)))
        .isEqualTo(front + decoder);
  }

  private static long count(Resnet net, Shape input, Shape output) {
    return net.build(SITE, List.of(input), List.of(output)).getParameters().values().stream()
        .filter(Parameter::requiresGradient)
        .mapToLong(parameter -> parameter.getShape().size())
        .sum();
  }

  @Test
  void refusesWhatItsScalesDoNotReach() {
    Resnet down = of(List.of(3, 4), Scale.DOWN);
    Resnet up = of(List.of(3, 4), Scale.UP);
    List<Shape> image = List.of(new Shape(1, 6, 6));
    requireRefused(down, image, image);
    requireRefused(up, List.of(new Shape(3)), image);
    requireRefused(up, List.of(new Shape(3)), List.of(new Shape(3)));
    requireRefused(down, image, List.of(new Shape(3), new Shape(1, 2, 2)));
    assertThatThrownBy(() -> of(List.of(3), Scale.UP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got [3]");
    assertThatThrownBy(() -> net(Mlp.Heads.TWIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with 'scales'");
  }

  private static void requireRefused(Resnet net, List<Shape> inputs, List<Shape> outputs) {
    assertThatThrownBy(() -> net.build(SITE, inputs, outputs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'resnet'");
  }

  private static Resnet of(List<Integer> filters, Scale scale) {
    return new Resnet(
        filters,
        List.of(scale, scale),
        Optional.empty(),
        Activation.RELU,
        0,
        Mlp.Heads.SHARED,
        Initialization.GLOROT_NORMAL);
  }

  private static Resnet net(Mlp.Heads heads, Scale... scales) {
    return new Resnet(
        scales.length == 0 ? List.of(3) : List.of(3, 4),
        List.of(scales),
        Optional.empty(),
        Activation.ELU,
        0,
        heads,
        Initialization.AS_ACTIVATION);
  }

  /** A block whose parameters and buffers have random values, variances above 0. */
  private Block built(Resnet net, Shape input, Shape... outputs) {
    Block block = net.build(SITE, List.of(input), List.of(outputs));
    block.initialize(manager, DataType.FLOAT64, new Shape(1).addAll(input));
    int seed = 10;
    for (Parameter parameter : block.getParameters().values()) {
      NDArray value = values(manager, seed++, parameter.getShape().getShape()).div(3);
      boolean variance = parameter.getType() == Parameter.Type.RUNNING_VAR;
      parameter.getArray().set(new NDIndex("..."), variance ? value.abs() : value);
    }
    return block;
  }

  private static Map<String, double[]> numbers(Block block) {
    Map<String, double[]> w = new HashMap<>();
    block.getParameters().forEach(e -> w.put(e.getKey(), doubles(e.getValue().getArray())));
    return w;
  }

  private NDList forward(Block block, NDArray x, boolean training) {
    return block.forward(new ParameterStore(manager, false), new NDList(x), training);
  }
}
