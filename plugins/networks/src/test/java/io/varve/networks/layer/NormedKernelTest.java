package io.varve.networks.layer;

import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.networks.Loops;
import io.varve.networks.Resnet;
import io.varve.networks.ResnetTest;
import io.varve.spi.Site;
import io.varve.spi.Starts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NormedKernelTest {
  /** Rounding of double-precision sums of a few hundred terms. */
  private static final double ROUNDING = 1e-12;

  private static final Site SITE = new Site("z.q.network", 1);

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
  void transposedConvolutionPaintsWhatItsDefinitionSays() {
    for (int[] sides : new int[][] {{4, 3}, {1, 1}, {2, 5}}) {
      NDArray x = values(manager, 1, 2, 3, sides[0], sides[1]);
      NDArray w = values(manager, 2, 4, 3, 3, 3);
      NDArray b = values(manager, 3, 4);
      NDArray y = TransposedConvolution.doubled(x, w, b, 1);
      assertThat(y.getShape()).isEqualTo(new Shape(2, 4, 2L * sides[0], 2L * sides[1]));
      double[][] kernel = new double[4][27];
      for (int i = 0; i < 4 * 27; i++) {
        kernel[i / 27][i % 27] = doubles(w)[i];
      }
      for (int row = 0; row < 2; row++) {
        String slice = row + ":" + (row + 1);
        double[][][] image = Loops.image(doubles(x.get(slice)), 3, sides[0], sides[1]);
        assertThat(doubles(y.get(slice)))
            .containsExactly(
                Loops.flat(Loops.transposed(kernel, doubles(b), image)), within(ROUNDING));
      }
    }
  }

  /** Every layer's outputs on the first batch have mean 0 and deviation 0.01, one after another. */
  @Test
  void startsFromTheFirstBatch() {
    Resnet net = ResnetTest.level(5, 1, Activation.RELU);
    List<Shape> image = List.of(new Shape(3, 6, 6));
    Block block = net.build(SITE, image, List.of(new Shape(4, 6, 6)));
    block.initialize(manager, DataType.FLOAT64, new Shape(1, 3, 6, 6));
    NDArray x = values(manager, 1, 8, 3, 6, 6).add(manager.create(3.0)); // off the middle
    First first = new First(manager);
    int before = arrays();
    NDArray y = block.forward(first, new NDList(x), false).head();
    int made = arrays() - before;
    for (int c = 0; c < 4; c++) {
      double[] channel = doubles(y.get(":," + c));
      double mean = Arrays.stream(channel).average().orElseThrow();
      double square = Arrays.stream(channel).map(v -> v * v).average().orElseThrow();
      assertThat(mean).isCloseTo(0, within(1e-10));
      // of the variance, 1e-8 is added to what is divided by
      assertThat(Math.sqrt(square - mean * mean)).isCloseTo(0.01, within(1e-3));
    }
    assertThat(first.values.keySet())
        .hasSize(8) // a length and a bias in each of four layers
        .allMatch(p -> p.getName().endsWith(".g") || p.getName().endsWith(".bias"));
    before = arrays();
    NDArray again = block.forward(new ParameterStore(manager, false), new NDList(x), false).head();
    assertThat(made).as("beside what any pass makes").isEqualTo(arrays() - before + 8);
    assertThat(doubles(again)).isNotEqualTo(doubles(y)); // other passes set nothing
    assertThat(doubles(block.forward(first, new NDList(x), false).head()))
        .containsExactly(doubles(y), within(ROUNDING)); // the first value counts
  }

  private int arrays() {
    return manager.getManagedArrays().size();
  }

  /** The store of the pass over the first batch. */
  private static final class First extends ParameterStore implements Starts {
    private final Map<Parameter, NDArray> values = new HashMap<>();

    First(NDManager manager) {
      super(manager, false);
    }

    @Override
    public void start(Parameter parameter, NDArray value) {
      assertThat(value.getShape()).isEqualTo(parameter.getShape());
      values.putIfAbsent(parameter, value);
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      return values.getOrDefault(parameter, parameter.getArray());
    }
  }
}
