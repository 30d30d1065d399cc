package io.varve.networks;

import static io.varve.spi.TestPass.doubles;
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
import ai.djl.training.ParameterStore;
import io.varve.spi.Site;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchNormTest {
  private static final Site SITE = new Site("n", 1);

  /** Rounding of double-precision sums of a few hundred terms; 0.1 itself is single precision. */
  private static final double ROUNDING = 1e-7;

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
  void standardisesInTrainingAndMovesAveragesATenth() {
    Block block = built(new Shape(2, 3, 3));
    NDArray x = values(manager, 1, 8, 2, 3, 3).mul(5).add(2);
    double[] y = doubles(forward(block, x, true));
    for (int channel = 0; channel < 2; channel++) {
      double[] read = channel(doubles(x), channel);
      double[] given = channel(y, channel);
      double mean = mean(read);
      double variance = variance(read, 0);
      assertThat(mean(given)).isCloseTo(0, within(ROUNDING));
      assertThat(variance(given, 0)).isCloseTo(variance / (variance + 1e-3), within(ROUNDING));
      assertThat(buffer(block, "norm.mean")[channel]).isCloseTo(0.1 * mean, within(ROUNDING));
      assertThat(buffer(block, "norm.variance")[channel])
          .isCloseTo(0.9 + 0.1 * variance(read, 1), within(10 * ROUNDING));
    }
  }

  /** Of [8, 2, 3, 3]. */
  private static double[] channel(double[] all, int channel) {
    double[] values = new double[72];
    for (int i = 0; i < 72; i++) {
      values[i] = all[i / 9 * 18 + channel * 9 + i % 9];
    }
    return values;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double variance(double[] values, int less) {
    double mean = mean(values);
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - less);
  }

  private static double[] buffer(Block block, String name) {
    return doubles(block.getParameters().get(name).getArray());
  }

  @Test
  void takesTheAveragesInEvaluation() {
    Block block = built(new Shape(3));
    set(block, "norm.mean", 1, -2, 0);
    set(block, "norm.variance", 4, 0.25, 0);
    set(block, "norm.scale", 2, 1, 3);
    set(block, "norm.shift", 0, 10, -1);
    NDArray x = values(manager, 2, 1, 3);
    double[] v = doubles(x);
    assertThat(doubles(forward(block, x, false)))
        .containsExactly(
            new double[] {
              2 * (v[0] - 1) / Math.sqrt(4 + 1e-3),
              (v[1] + 2) / Math.sqrt(0.25 + 1e-3) + 10,
              3 * v[2] / Math.sqrt(1e-3) - 1
            },
            within(1e-5 * Math.abs(v[2]) + 1e-5)); // epsilon is single precision
    assertThat(buffer(block, "norm.mean")).containsExactly(1, -2, 0);
  }

  private void set(Block block, String name, double... values) {
    NDArray array = manager.create(values);
    block.getParameters().get(name).getArray().set(new NDIndex("..."), array);
  }

  @Test
  void refusesWhatItCannotNormalise() {
    assertThatThrownBy(() -> forward(built(new Shape(3)), values(manager, 1, 1, 3), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 2");
    List<Shape> vector = List.of(new Shape(3));
    assertThatThrownBy(() -> new BatchNorm().build(SITE, vector, List.of(new Shape(4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[(4)] from [(3)]");
    List<Shape> flat = List.of(new Shape(3, 4));
    assertThatThrownBy(() -> new BatchNorm().build(SITE, flat, flat))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(3, 4)");
  }

  private Block built(Shape shape) {
    Block block = new BatchNorm().build(SITE, List.of(shape), List.of(shape));
    block.initialize(manager, DataType.FLOAT64, new Shape(1).addAll(shape));
    return block;
  }

  private NDArray forward(Block block, NDArray x, boolean training) {
    ParameterStore store = new ParameterStore(manager, false);
    return block.forward(store, new NDList(x), training).singletonOrThrow();
  }
}
