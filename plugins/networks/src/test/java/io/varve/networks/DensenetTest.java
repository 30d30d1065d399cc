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
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.varve.networks.Densenet.Branch;
import io.varve.networks.Densenet.Elu;
import io.varve.networks.Densenet.Size;
import io.varve.networks.layer.ImageArrays;
import io.varve.spi.Site;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DensenetTest {
  private static final Site SITE = new Site("z.q.network", 1);
  private static final Size PROGRAM = size(null, null, null, null);
  private static final Shape X = new Shape(3, 32, 32);
  private static final Shape Y = new Shape(3, 16, 16);
  private static final Shape Z = new Shape(16, 8, 8);

  /** A posterior or prior over Z. */
  private static final List<Shape> NORMAL = List.of(Z, Z);

  /** Rounding of double-precision sums of a few hundred terms. */
  private static final double ROUNDING = 1e-12;

  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-7;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(7);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * The sizes of the program, of which a copy in Python counts these: PEERS.md beside the papers.
   */
  @ParameterizedTest
  @CsvSource({"1, 22864488, 11411332, 39272570", "0.25, 1590888, 1225132, 3331730"})
  void hasAsManyParametersAsTheAuthorsProgram(double width, long vae, long flow, long selfVae) {
    long bounds = 2L * (3 * 16 + 3 * 32 + 4 * 32); // the program's weight-normed scale of each flow
    long encoder = count(of(width, PROGRAM), List.of(X), NORMAL);
    long decoder = count(of(width, PROGRAM), List.of(Z), mixture(X));
    assertThat(encoder + decoder).isEqualTo(vae);
    long couplings = couplings(width);
    assertThat(couplings).isEqualTo(flow);
    Size core = size(64, 3, 3, 1);
    long qU = count(of(width, size(64, 3, null, null)), List.of(Y), NORMAL);
    long pY = count(of(width, size(128, 4, null, null)), List.of(Z), mixture(Y));
    long qZ = count(of(width, size(16, 4, null, null)), List.of(X), NORMAL);
    Branch fromY = new Branch(Optional.of(16), size(32, 5, null, null));
    Branch fromU = new Branch(Optional.of(16), core);
    long pZ = count(of(width, core, fromY, fromU), List.of(Y, Z), NORMAL);
    Branch interpolated = new Branch(Optional.empty(), PROGRAM);
    Branch fromZ = new Branch(Optional.of(100), size(64, 8, null, null));
    long pX = count(of(width, size(64, 5, 3, 1), interpolated, fromZ), List.of(Y, Z), mixture(X));
    long all = qU + pY + qZ + pZ + pX + couplings + bounds;
    assertThat(all).isEqualTo(selfVae);
    System.out.printf(
        "densenet, width %s: encoder %d, decoder %d, VAE %d, couplings %d, VAE and RealNVP %d;"
            + " q(u|y) %d, p(y|u) %d, q(z|x) %d, p(z|y,u) %d, p(x|y,z) %d, selfVAE %d%n",
        width,
        encoder,
        decoder,
        vae,
        couplings,
        vae + couplings + bounds / 2,
        qU,
        pY,
        qZ,
        pZ,
        pX,
        all - bounds / 2);
  }

  private static long couplings(double width) {
    long count = 0;
    for (Shape shape : List.of(Z, new Shape(32, 4, 4))) {
      long one = count(of(width, PROGRAM), List.of(shape), List.of(shape, shape));
      count += shape.equals(Z) ? 3 * one : 7 * one; // 3 of channels and 4 on the factored half
    }
    return count;
  }

  /** What a mixture of ten discretized logistics needs. */
  private static List<Shape> mixture(Shape image) {
    Shape sides = image.slice(1);
    Shape thirty = new Shape(30).addAll(sides);
    return List.of(new Shape(10).addAll(sides), thirty, thirty, thirty);
  }

  private static long count(Densenet net, List<Shape> inputs, List<Shape> outputs) {
    return net.build(SITE, inputs, outputs).getParameters().values().stream()
        .mapToLong(p -> p.getShape().size())
        .sum();
  }

  /** A dense block with attention in plain loops, 1 x 1 kernels in the middle of 3 x 3 ones. */
  @ParameterizedTest
  @EnumSource
  void computesWhatItsLayersSay(Elu activation) {
    Densenet net = new Densenet(size(2, 2, 1, 3), 1, activation, List.of());
    Shape image = new Shape(3, 4, 5);
    Block block = built(net, List.of(image), List.of(new Shape(2, 4, 5)));
    NDArray input = values(manager, 1, 2, 3, 4, 5);
    Map<String, double[]> w = new HashMap<>();
    block.getParameters().forEach(e -> w.put(e.getKey(), doubles(e.getValue().getArray())));
    NDArray out = forward(block, new NDList(input)).head();
    for (int row = 0; row < 2; row++) {
      double[][][] x = image(input, row);
      for (int step = 0; step < 2; step++) {
        String name = "block0.step" + step;
        double[][][] h = Loops.convolve(w, name + ".narrow", x, 1);
        if (activation == Elu.EVERYWHERE) {
          Loops.elu(h);
        }
        x = Loops.beside(x, Loops.convolve(w, name + ".wide", h, 3));
        Loops.elu(x);
      }
      double[][][] few = Loops.convolve(w, "block0.squeeze", Loops.means(x), 1);
      if (activation == Elu.EVERYWHERE) {
        Loops.elu(few);
      }
      double[][][] gate = Loops.convolve(w, "block0.excite", few, 1);
      for (int c = 0; c < x.length; c++) {
        for (double[] line : x[c]) {
          for (int i = 0; i < line.length; i++) {
            line[i] /= 1 + Math.exp(-gate[c][0][0]);
          }
        }
      }
      double[] expected = Loops.flat(Loops.convolve(w, "output", x, 3));
      assertThat(doubles(out.get(row + ":" + (row + 1))))
          .containsExactly(expected, within(ROUNDING));
    }
  }

  private static double[][][] image(NDArray all, int row) {
    Shape s = all.getShape();
    double[] flat = doubles(all.get(row + ":" + (row + 1)));
    return Loops.image(flat, (int) s.get(1), (int) s.get(2), (int) s.get(3));
  }

  @Test
  void reachesTheSizeOfItsOutputs() {
    Densenet net = small();
    Object[][] ways = {
      {new Shape(3, 8, 8), new Shape(4, 2, 2)},
      {new Shape(1, 7, 5), new Shape(4, 2, 2)}, // sides round up
      {new Shape(4, 2, 2), new Shape(3, 8, 8)},
      {new Shape(4, 3, 3), new Shape(5, 3, 3)},
      {new Shape(3, 4, 4), new Shape(6)},
      {new Shape(6), new Shape(3, 4, 4)},
    };
    for (Object[] way : ways) {
      Shape from = (Shape) way[0];
      Shape to = (Shape) way[1];
      Block block = built(net, List.of(from), List.of(to, to));
      NDArray x = values(manager, 1, new Shape(3).addAll(from).getShape());
      Shape batch = new Shape(3).addAll(to);
      assertThat(forward(block, new NDList(x)).getShapes()).containsExactly(batch, batch);
      assertThat(block.getOutputShapes(new Shape[] {x.getShape()})).containsExactly(batch, batch);
    }
  }

  /** What a smaller input adds is its bilinear interpolation, which for a flat image is itself. */
  @Test
  void setsInputsSideBySideAtTheSizeOfTheLargest() {
    List<Shape> outputs = List.of(new Shape(2, 2, 2));
    Block two = built(small(), List.of(new Shape(1, 4, 4), new Shape(2, 2, 2)), outputs);
    NDArray x = values(manager, 1, 2, 1, 4, 4);
    NDArray flat = values(manager, 2, 2, 2, 1, 1);
    NDArray coarse = flat.broadcast(2, 2, 2, 2);
    NDArray fine = flat.broadcast(2, 2, 4, 4);
    assertThat(doubles(forward(two, new NDList(x, coarse)).head()))
        .containsExactly(doubles(forward(two, new NDList(x, fine)).head()), within(ROUNDING));
    NDArray other = coarse.add(manager.create(1.0));
    assertThat(doubles(forward(two, new NDList(x, other)).head()))
        .isNotEqualTo(doubles(forward(two, new NDList(x, coarse)).head()));
  }

  /** Half way between two pixels of a coarse image lies their weighted mean, 3 : 1. */
  @Test
  void interpolatesBilinearly() {
    NDArray y = manager.create(new double[] {0, 4}, new Shape(1, 1, 1, 2));
    assertThat(doubles(ImageArrays.at(new Shape(2, 4), y)))
        .containsExactly(new double[] {0, 1, 3, 4, 0, 1, 3, 4}, within(ROUNDING));
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOfTheFunction(Elu activation) {
    Densenet net = new Densenet(size(2, 1, 1, 1), 1, activation, branches());
    List<Shape> inputs = List.of(new Shape(2, 4, 4), new Shape(2, 2, 2));
    Block block = built(net, inputs, List.of(new Shape(2, 4, 4)));
    NDArray x = values(manager, 1, 2, 2, 4, 4);
    NDArray z = values(manager, 2, 2, 2, 2, 2);
    assertGradient(a -> forward(block, new NDList(a, z)).head().square(), x);
    assertGradient(a -> forward(block, new NDList(x, a)).head().square(), z);
    Block down = built(small(), List.of(new Shape(2, 4, 4)), List.of(new Shape(2, 2, 2)));
    assertGradient(a -> forward(down, new NDList(a)).head().square(), x);
  }

  private static void assertGradient(UnaryOperator<NDArray> f, NDArray x) {
    assertThat(gradient(f, x)).containsExactly(differences(f, x), within(DIFFERENCE));
  }

  private static List<Branch> branches() {
    return List.of(
        new Branch(Optional.empty(), PROGRAM), new Branch(Optional.of(3), size(2, 1, null, null)));
  }

  @Test
  void rowsAreIndependent() {
    Densenet net = new Densenet(size(2, 1, 1, 1), 1, Elu.AS_PROGRAM, branches());
    List<Shape> inputs = List.of(new Shape(2, 4, 4), new Shape(2, 2, 2));
    Block block = built(net, inputs, List.of(new Shape(2, 4, 4)));
    NDList x = new NDList(values(manager, 1, 6, 2, 4, 4), values(manager, 2, 6, 2, 2, 2));
    assertThat(doubles(forward(block, rows(x, 2, 4)).head()))
        .containsExactly(doubles(forward(block, x).head().get("2:4")), within(ROUNDING));
  }

  @Test
  void startsWithOutputsOfOrderOne() {
    Densenet net = of(0.25, PROGRAM);
    Block block = net.build(SITE, List.of(Z), List.of(Z));
    block.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(Z));
    NDArray x = values(manager, 1, 16, 16, 8, 8).toType(DataType.FLOAT32, false);
    double square = forward(block, new NDList(x)).head().square().mean().getFloat();
    assertThat(Math.sqrt(square)).isBetween(0.1, 3.0);
  }

  @Test
  void parametersHaveTheirShapesBeforeAnyInput() {
    Block block = small().build(SITE, List.of(X), NORMAL);
    for (Parameter parameter : block.getParameters().values()) {
      assertThat(parameter.getShape()).as(parameter.getName()).isNotNull();
    }
    assertThat(block.getParameters().keys()).doesNotHaveDuplicates();
  }

  @Test
  void refusesWhatItCannotBuild() {
    assertRefused(() -> size(0, null, null, null), "growth", "got 0");
    assertRefused(() -> size(null, null, null, 2), "1 or 3", "got 2");
    assertRefused(() -> of(0, PROGRAM), "width", "got 0.0");
    assertRefused(() -> new Branch(Optional.empty(), size(3, null, null, null)), "channels");
    assertRefused(() -> new Branch(Optional.of(0), PROGRAM), "got 0");
    assertRefused(() -> small().build(SITE, List.of(), NORMAL), "0 and 2");
    assertRefused(() -> small().build(SITE, List.of(new Shape(2, 3)), NORMAL), "(2, 3)");
    assertRefused(() -> small().build(SITE, List.of(X), List.of(Z, Y)), "one size");
    assertRefused(() -> small().build(SITE, List.of(X), List.of(new Shape(1, 12, 12))), "(12, 12)");
    assertRefused(
        () -> small().build(SITE, List.of(new Shape(1, 8, 4)), List.of(new Shape(1, 4, 8))),
        "(8, 4)");
    assertRefused(
        () -> of(1, PROGRAM, branches().get(1)).build(SITE, List.of(X, Y), NORMAL),
        "1 branches for 2 inputs");
  }

  private static void assertRefused(ThrowingCallable build, String... parts) {
    assertThatThrownBy(build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static Size size(Integer growth, Integer steps, Integer blocks, Integer outputKernel) {
    return new Size(
        Optional.ofNullable(growth),
        Optional.ofNullable(steps),
        Optional.ofNullable(blocks),
        Optional.ofNullable(outputKernel));
  }

  private static Densenet of(double width, Size size, Branch... branches) {
    return new Densenet(size, width, Elu.AS_PROGRAM, List.of(branches));
  }

  private static Densenet small() {
    return of(1, size(2, 1, null, null));
  }

  private Block built(Densenet net, List<Shape> inputs, List<Shape> outputs) {
    Block block = net.build(SITE, inputs, outputs);
    Shape[] one = inputs.stream().map(new Shape(1)::addAll).toArray(Shape[]::new);
    block.initialize(manager, DataType.FLOAT64, one);
    // lengths and biases away from where they start, so that they count
    long seed = 50;
    for (Parameter p : block.getParameters().values()) {
      if (!p.getName().endsWith(".v")) {
        NDArray moved = p.getArray().add(values(manager, seed++, p.getShape().getShape()));
        p.getArray().set(new NDIndex("..."), moved);
      }
    }
    return block;
  }

  private NDList forward(Block block, NDList inputs) {
    return block.forward(new ParameterStore(manager, false), inputs, false);
  }
}
