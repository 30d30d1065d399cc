package io.varve.networks;

import static io.varve.spi.TestPass.doubles;
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
import io.varve.spi.Network;
import io.varve.spi.Site;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The networks that join others, over linear maps. */
class PosteriorTest {
  private static final Site SITE = new Site("z2.q.network", 1);
  private static final Shape Z = new Shape(7);
  private static final List<Shape> OUTPUTS = List.of(Z, Z);
  private static final Network LINEAR = layer(Activation.NONE);
  private static final Network BOUNDED = layer(Activation.TANH);

  /** Rounding of double-precision sums of a few terms. */
  private static final double ROUNDING = 1e-12;

  private NDManager manager;

  private static Network layer(Activation after) {
    Initialization start = Initialization.GLOROT_NORMAL;
    return new Mlp(List.of(), Activation.NONE, after, 0, Mlp.Heads.SHARED, false, start);
  }

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void twoStreamsMeetInAHead() {
    TwoStream net = new TwoStream(Optional.of(LINEAR), Optional.of(LINEAR), 3, LINEAR);
    NDList inputs = inputs(new Shape(1, 2, 2), new Shape(5), new Shape(6));
    Block block = built(net, inputs);
    NDArray codes = inputs.get(1).concat(inputs.get(2), 1);
    NDArray e = affine(block, "01evidence", inputs.get(0).reshape(4, 4));
    NDArray l = affine(block, "02latent", codes);
    requireEqual(forward(block, inputs), affine(block, "03head", e.concat(l, 1)));
  }

  @Test
  void twoStreamsTakeWhatNoEncoderReads() {
    TwoStream net = new TwoStream(Optional.empty(), Optional.empty(), 3, LINEAR);
    NDList inputs = inputs(new Shape(4), new Shape(5));
    Block block = built(net, inputs);
    NDArray both = inputs.get(0).concat(inputs.get(1), 1);
    requireEqual(forward(block, inputs), affine(block, "01head", both));
  }

  @Test
  void firstLevelHasNoLatentCodes() {
    NDList inputs = inputs(new Shape(4));
    Optional<Network> encoder = Optional.of(LINEAR);
    Block joined = built(new TwoStream(encoder, encoder, 3, LINEAR), inputs);
    NDArray e = affine(joined, "01evidence", inputs.get(0));
    requireEqual(forward(joined, inputs), affine(joined, "02head", e));
    Block corrected = built(residual(encoder), inputs);
    NDArray f = affine(corrected, "01evidence", inputs.get(0));
    requireEqual(forward(corrected, inputs), affine(corrected, "02residual", f));
    Block top = built(new PrecisionWeighted(LINEAR), inputs);
    requireEqual(forward(top, inputs), affine(top, "01network", inputs.get(0)));
  }

  private static ResidualPosterior residual(Optional<Network> encoder) {
    Optional<Network> hidden = Optional.of(BOUNDED);
    return new ResidualPosterior(encoder, encoder, 4, 3, Optional.empty(), hidden, LINEAR);
  }

  @Test
  void evidenceCorrectsAFirstEstimate() {
    NDList inputs = inputs(new Shape(4), new Shape(5));
    Block block = built(residual(Optional.of(LINEAR)), inputs);
    NDArray e = affine(block, "01evidence", inputs.get(0));
    NDArray z = affine(block, "02latent", inputs.get(1));
    NDArray h = affine(block, "04hidden", z).tanh();
    assertThat(h.getShape()).isEqualTo(new Shape(4, 2)); // a third of 7, rounded down
    NDArray residual = affine(block, "05residual", h.concat(e, 1));
    requireEqual(forward(block, inputs), affine(block, "03estimate", z).add(residual));
  }

  @Test
  void latentsRefineAnEstimateOneAfterAnother() {
    NDList inputs = inputs(new Shape(5), new Shape(3), new Shape(4));
    Block block = built(new ResidualStack(LINEAR, LINEAR, 2), inputs);
    NDArray estimate = affine(block, "01residual1", inputs.get(0));
    String[] hidden = {"02hidden2-1", "03hidden2-2", "05hidden3-1", "06hidden3-2"};
    String[] residual = {"04residual2", "07residual3"};
    for (int i = 0; i < 2; i++) {
      NDArray loc = affine(block, hidden[2 * i], estimate.get(":, :7"));
      NDArray scale = affine(block, hidden[2 * i + 1], estimate.get(":, 7:"));
      assertThat(scale.getShape()).isEqualTo(new Shape(4, 2));
      NDArray read = loc.concat(scale, 1).concat(inputs.get(i + 1), 1);
      estimate = estimate.add(affine(block, residual[i], read));
    }
    requireEqual(forward(block, inputs), estimate);
  }

  @Test
  void precisionsAddUp() {
    NDList inputs = inputs(Z, Z, new Shape(3));
    Block block = built(new PrecisionWeighted(LINEAR), inputs);
    double[] bottomUp = doubles(affine(block, "01network", inputs.get(2)));
    double[] mean = doubles(inputs.get(0));
    double[] logVariance = doubles(inputs.get(1));
    NDList outputs = forward(block, inputs);
    for (int i = 0; i < 28; i++) {
      int at = i / 7 * 14 + i % 7;
      double precision = Math.exp(-bottomUp[at + 7]);
      double prior = Math.exp(-logVariance[i]);
      double sum = precision + prior;
      assertThat(doubles(outputs.get(0))[i])
          .isCloseTo((precision * bottomUp[at] + prior * mean[i]) / sum, within(ROUNDING));
      assertThat(doubles(outputs.get(1))[i]).isCloseTo(-Math.log(sum), within(ROUNDING));
    }
  }

  @Test
  void precisionsAreThoseThatNormalHasWhereItHoldsThem() {
    NDList inputs = new NDList(row(1), row(-50), row(3)); // `normal` takes log σ² = -7
    Block block = built(new PrecisionWeighted(LINEAR), inputs, List.of(new Shape(1), new Shape(1)));
    double[] bottomUp = doubles(affine(block, "01network", inputs.get(2)));
    double weight = Math.exp(-bottomUp[1]) / (Math.exp(-bottomUp[1]) + Math.exp(7));
    assertThat(doubles(forward(block, inputs).get(0))[0])
        .isCloseTo(1 + weight * (bottomUp[0] - 1), within(ROUNDING));
  }

  private NDArray row(double value) {
    return manager.create(new double[] {value}, new Shape(1, 1));
  }

  @Test
  void refusesWhatItCannotJoin() {
    Network weighted = new PrecisionWeighted(LINEAR);
    List<Shape> three = List.of(Z, Z, Z);
    for (List<Shape> inputs :
        List.of(List.<Shape>of(), List.of(Z, Z), List.of(Z, new Shape(1), Z))) {
      assertThatThrownBy(() -> weighted.build(SITE, inputs, OUTPUTS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("given: [\"p(z)\", d]");
    }
    assertThatThrownBy(() -> weighted.build(SITE, three, three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scale: exp");
    assertThatThrownBy(() -> new TwoStream(Optional.empty(), Optional.empty(), 0, LINEAR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> new ResidualStack(LINEAR, LINEAR, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("features: expected at least 1, got 0");
    assertThatThrownBy(() -> residual(Optional.empty()).build(SITE, List.of(), OUTPUTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 0 and 2");
  }

  /** Both outputs side by side. */
  private static void requireEqual(NDList outputs, NDArray expected) {
    assertThat(doubles(outputs.get(0).concat(outputs.get(1), 1)))
        .containsExactly(doubles(expected), within(ROUNDING));
  }

  private static NDArray affine(Block block, String part, NDArray x) {
    NDArray w = block.getParameters().get(part + "_output.weight").getArray();
    NDArray b = block.getParameters().get(part + "_output.bias").getArray();
    return x.matMul(w.transpose()).add(b);
  }

  private Block built(Network net, NDList inputs) {
    return built(net, inputs, OUTPUTS);
  }

  private Block built(Network net, NDList inputs, List<Shape> outputs) {
    List<Shape> shapes = inputs.stream().map(x -> x.getShape().slice(1)).toList();
    Block block = net.build(SITE, shapes, outputs);
    block.initialize(manager, DataType.FLOAT64, inputs.getShapes());
    return block;
  }

  private NDList forward(Block block, NDList inputs) {
    return block.forward(new ParameterStore(manager, false), inputs, false);
  }

  private NDList inputs(Shape... shapes) {
    NDList inputs = new NDList();
    for (Shape shape : shapes) {
      inputs.add(values(manager, inputs.size() + 1L, new Shape(4).addAll(shape).getShape()));
    }
    return inputs;
  }
}
