package io.varve.bijectors;

import static io.varve.spi.TestPass.differences;
import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.gradient;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Network;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.TestPass;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RealNvpTest {
  private static final Site SITE = new Site("z.p.flow[0]", 1);
  private static final Shape EVENT = new Shape(2, 4, 2);
  private static final Shape CONTEXT = new Shape(3);

  /** Central differences of step 1e-5 in double precision, through up to ten couplings. */
  private static final double DIFFERENCE = 1e-6;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    Engine.getInstance().setRandomSeed(5);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /**
   * A layer from all of its inputs to all of its outputs: what a coupling must not read, it would
   * show.
   */
  private Network dense(DataType type) {
    return (site, inputs, outputs) -> {
      long size = outputs.get(0).size();
      SequentialBlock block = new SequentialBlock();
      block
          .add(
              new LambdaBlock(
                  list -> {
                    NDList flat = new NDList();
                    list.forEach(x -> flat.add(x.reshape(x.getShape().get(0), -1)));
                    return new NDList(NDArrays.concat(flat, 1));
                  },
                  "flat"))
          .add(Linear.builder().setUnits(2 * size).build())
          .add(
              new LambdaBlock(
                  list -> {
                    NDList halves = list.head().split(new long[] {size}, 1);
                    Shape shape = new Shape(-1).addAll(outputs.get(0));
                    return new NDList(halves.get(0).reshape(shape), halves.get(1).reshape(shape));
                  },
                  "apart"));
      // small, as a trained flow's: in ten couplings of scales up to e the rounding grows with e^10
      block.setInitializer(new NormalInitializer(0.2f), Parameter.Type.WEIGHT);
      block.setInitializer(new NormalInitializer(0.2f), Parameter.Type.BIAS);
      Shape[] two = inputs.stream().map(new Shape(2)::addAll).toArray(Shape[]::new);
      block.initialize(manager, type, two);
      return block;
    };
  }

  private RealNvp keys(int checkerboard, int channel, int factored) {
    return new RealNvp(dense(DataType.FLOAT64), checkerboard, channel, factored);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void invertsWhatItMaps(DataType type) {
    for (List<Shape> context : List.of(List.<Shape>of(), List.of(CONTEXT))) {
      Bijection f = built(new RealNvp(dense(type), 3, 3, 4), EVENT, context, type);
      NDArray x = values(manager, 3, 6, 2, 4, 2).toType(type, false);
      NDList given = context(context, 6, type);
      Mapped there = f.forward(pass(type), x, given);
      Mapped back = f.inverse(pass(type), there.value(), given);
      double tolerance = type == DataType.FLOAT32 ? 1e-4 : 1e-11; // of the issue; rounding
      assertThat(doubles(back.value())).containsExactly(doubles(x), within(tolerance));
      assertThat(doubles(back.logDet().neg()))
          .containsExactly(doubles(there.logDet()), within(tolerance));
      assertThat(
              doubles(
                  f.forward(pass(type), f.inverse(pass(type), x, given).value(), given).value()))
          .containsExactly(doubles(x), within(tolerance));
      assertThat(there.value().getShape()).isEqualTo(x.getShape());
      assertThat(there.logDet().getShape()).isEqualTo(new Shape(6));
      assertThat(there.value().getDataType()).isEqualTo(type);
      assertThat(there.logDet().getDataType()).isEqualTo(type);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 3, 4", "2, 0, 0", "0, 2, 0", "0, 0, 2"})
  void logDeterminantIsThatOfTheJacobian(int checkerboard, int channel, int factored) {
    Bijection f =
        built(keys(checkerboard, channel, factored), EVENT, List.of(CONTEXT), DataType.FLOAT64);
    NDList given = context(List.of(CONTEXT), 1, DataType.FLOAT64);
    NDArray x = values(manager, 4, 1, 2, 4, 2);
    double[][] jacobian = jacobian(v -> f.forward(pass(), v, given).value(), x);
    double logDet = doubles(f.forward(pass(), x, given).logDet())[0];
    assertThat(logDet).isCloseTo(logAbsDeterminant(jacobian), within(DIFFERENCE));
    assertThat(Math.abs(logDet)).isGreaterThan(1e-3); // it is a map with something to test
  }

  /** Column by column, by central differences. */
  private double[][] jacobian(UnaryOperator<NDArray> f, NDArray x) {
    double step = 1e-5;
    double[] at = doubles(x);
    double[][] columns = new double[at.length][at.length];
    for (int i = 0; i < at.length; i++) {
      double middle = at[i];
      at[i] = middle + step;
      double[] right = doubles(f.apply(manager.create(at, x.getShape())));
      at[i] = middle - step;
      double[] left = doubles(f.apply(manager.create(at, x.getShape())));
      at[i] = middle;
      for (int j = 0; j < at.length; j++) {
        columns[i][j] = (right[j] - left[j]) / (2 * step);
      }
    }
    return columns;
  }

  /** By elimination with pivots. */
  private static double logAbsDeterminant(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      int pivot = i;
      for (int row = i; row < m.length; row++) {
        pivot = Math.abs(m[row][i]) > Math.abs(m[pivot][i]) ? row : pivot;
      }
      double[] swap = m[i];
      m[i] = m[pivot];
      m[pivot] = swap;
      sum += Math.log(Math.abs(m[i][i]));
      for (int row = i + 1; row < m.length; row++) {
        double factor = m[row][i] / m[i][i];
        for (int column = i; column < m.length; column++) {
          m[row][column] -= factor * m[i][column];
        }
      }
    }
    return sum;
  }

  /** What a coupling leaves as it is shows in the map of one coupling alone. */
  @Test
  void eachCouplingChangesItsPart() {
    NDArray x = values(manager, 3, 1, 2, 4, 2);
    boolean[] even = changed(keys(1, 0, 0), x);
    boolean[] first = changed(keys(0, 1, 0), x);
    boolean[] main = changed(keys(0, 0, 1), x);
    for (int i = 0; i < x.size(); i++) {
      int channel = i / 8;
      int row = i / 2 % 4;
      int column = i % 2;
      assertThat(even[i]).isEqualTo((row + column) % 2 == 0);
      assertThat(first[i]).isEqualTo(channel == 0); // squeezed channels of the first come first
      // the main diagonals of squares, of these the squares on even places
      assertThat(main[i]).isEqualTo((row + column) % 2 == 0 && row / 2 % 2 == 0);
    }
  }

  private boolean[] changed(RealNvp keys, NDArray x) {
    Bijection f = built(keys, EVENT, List.of(), DataType.FLOAT64);
    double[] before = doubles(x);
    double[] after = doubles(f.inverse(pass(), x, new NDList()).value());
    boolean[] changed = new boolean[before.length];
    for (int i = 0; i < before.length; i++) {
      changed[i] = before[i] != after[i];
    }
    return changed;
  }

  /** v = (y + t) e^s with s = bound · tanh(raw), against plain arithmetic. */
  @Test
  void couplesAsTheProgramSays() {
    Network constant =
        (site, inputs, outputs) ->
            new LambdaBlock(
                list -> {
                  NDArray like = list.head().zerosLike();
                  return new NDList(like.add(manager.create(0.7)), like.add(manager.create(-0.4)));
                },
                "constant");
    Bijection f = new RealNvp(constant, 1, 0, 0).build(SITE, new Shape(1, 1, 2), List.of());
    f.parameters().forEach(p -> p.initialize(manager, DataType.FLOAT64));
    NDArray y = manager.create(new double[] {1.5, -2}, new Shape(1, 1, 1, 2));
    Mapped mapped = f.inverse(pass(), y, new NDList());
    double s = Math.tanh(0.7);
    assertThat(doubles(mapped.value()))
        .containsExactly(new double[] {(1.5 - 0.4) * Math.exp(s), -2}, within(1e-12));
    assertThat(doubles(mapped.logDet())).containsExactly(new double[] {s}, within(1e-12));
  }

  @Test
  void gradientsAreThoseOfTheMap() {
    Bijection f = built(keys(3, 3, 4), EVENT, List.of(CONTEXT), DataType.FLOAT64);
    NDArray x = values(manager, 3, 2, 2, 4, 2);
    NDList given = context(List.of(CONTEXT), 2, DataType.FLOAT64);
    for (UnaryOperator<NDArray> g :
        List.<UnaryOperator<NDArray>>of(
            v -> total(f.forward(pass(), v, given)), v -> total(f.inverse(pass(), v, given)))) {
      assertThat(gradient(g, x)).containsExactly(differences(g, x), within(100 * DIFFERENCE));
    }
  }

  private static NDArray total(Mapped mapped) {
    return mapped.value().square().sum().add(mapped.logDet().sum());
  }

  @Test
  void readsItsContext() {
    Bijection f = built(keys(1, 0, 0), EVENT, List.of(CONTEXT), DataType.FLOAT64);
    NDArray x = values(manager, 3, 2, 2, 4, 2);
    NDList given = context(List.of(CONTEXT), 2, DataType.FLOAT64);
    NDList other = new NDList(given.head().add(manager.create(1.0)));
    assertThat(doubles(f.forward(pass(), x, given).value()))
        .isNotEqualTo(doubles(f.forward(pass(), x, other).value()));
  }

  @Test
  void eachCouplingHasParametersOfItsOwn() {
    Bijection f = keys(3, 3, 4).build(SITE, EVENT, List.of());
    assertThat(f.parameters()).hasSize(10 * 3).doesNotHaveDuplicates();
    List<String> sites = new ArrayList<>();
    Network noting =
        (site, inputs, outputs) -> {
          sites.add(site.path() + inputs + outputs);
          return dense(DataType.FLOAT64).build(site, inputs, outputs);
        };
    new RealNvp(noting, 1, 1, 1).build(SITE, new Shape(16, 8, 8), List.of());
    assertThat(sites)
        .containsExactly(
            "z.p.flow[0].checkerboard0[(16, 8, 8)][(16, 8, 8), (16, 8, 8)]",
            "z.p.flow[0].channel0[(32, 4, 4)][(32, 4, 4), (32, 4, 4)]",
            "z.p.flow[0].factored0[(32, 4, 4)][(32, 4, 4), (32, 4, 4)]");
  }

  @Test
  void refusesWhatItCannotBuild() {
    assertThatThrownBy(() -> keys(0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> keys(2, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2, -1 and 0");
    RealNvp keys = keys(3, 3, 4);
    assertThatThrownBy(() -> keys.build(SITE, new Shape(40), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(40)");
    assertThatThrownBy(() -> keys.build(SITE, new Shape(1, 7, 7), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(1, 7, 7)");
  }

  private Bijection built(RealNvp keys, Shape event, List<Shape> context, DataType type) {
    Bijection f = keys.build(SITE, event, context);
    NDArray x = manager.zeros(new Shape(2).addAll(event), type);
    Pass training = pass(type);
    Pass first = new Pass(training.manager(), training.parameters(), true, training.noise());
    f.parameters().stream()
        .filter(p -> p.getName().equals("bound"))
        .forEach(p -> p.initialize(manager, type));
    f.forward(first, x, context(context, 2, type));
    return f;
  }

  private NDList context(List<Shape> shapes, int batch, DataType type) {
    NDList all = new NDList();
    for (Shape shape : shapes) {
      all.add(values(manager, 9, new Shape(batch).addAll(shape).getShape()).toType(type, false));
    }
    return all;
  }

  private Pass pass() {
    return pass(DataType.FLOAT64);
  }

  private Pass pass(DataType type) {
    return TestPass.of(manager, 6, type, 1);
  }
}
