package io.varve.spi;

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
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.spi.Solves.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PassTest {
  /** Central differences of step 1e-5 in double precision. */
  private static final double DIFFERENCE = 1e-8;

  private NDManager manager;
  private Pass pass;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
    pass = TestPass.of(manager, 2, DataType.FLOAT64, 1);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Newton's iteration for the square root, with the number of rounds beside it. */
  private NDList root(Pass in, NDArray a, int most) {
    UnaryOperator<NDList> newton =
        s -> {
          NDArray x = s.get(0).add(a.div(s.get(0))).mul(Ops.constant(a, 0.5));
          return new NDList(x, s.get(1).add(Ops.constant(a, 1)));
        };
    Function<NDList, NDArray> open =
        s -> s.get(0).square().sub(a).abs().gt(Ops.constant(a, 1e-9)).any();
    return in.repeat(most, new NDList(a.onesLike(), a.zerosLike()), open, newton);
  }

  @Test
  void repeatsAsOftenAsAsked() {
    NDArray x = values(manager, 3, 2, 3);
    NDList y = pass.repeat(5, new NDList(x), s -> new NDList(s.get(0).add(x)));
    assertThat(doubles(y.get(0))).containsExactly(doubles(x.mul(6)), within(1e-12));
    assertThat(doubles(pass.repeat(0, new NDList(x), s -> s).get(0))).containsExactly(doubles(x));
    NDArray count = manager.create(3L);
    assertThat(pass.repeat(2, new NDList(count), s -> s).get(0).getLong()).isEqualTo(3);
  }

  @Test
  void stopsWhenEveryRowHasConverged() {
    NDArray a = manager.create(new double[] {1, 2, 9, 400});
    NDList found = root(pass, a, 100);
    assertThat(doubles(found.get(0)))
        .containsExactly(new double[] {1, Math.sqrt(2), 3, 20}, within(1e-9));
    assertThat(found.get(1).getDouble(0)).isBetween(5.0, 20.0);
    assertThat(root(pass, a, 3).get(1).getDouble(0)).isEqualTo(3);
  }

  @Test
  void gradientsGoThroughTheLoop() {
    NDArray a = manager.create(new double[] {0.5, 2, 9});
    for (boolean training : List.of(false, true)) {
      Pass in = new Pass(manager, new ParameterStore(manager, false), training, pass.noise());
      UnaryOperator<NDArray> f = x -> root(in, x, 12).get(0).square().mul(x);
      assertThat(gradient(f, a)).containsExactly(differences(f, a), within(DIFFERENCE));
    }
  }

  /** The state may be a parameter or the same array again; neither must be freed. */
  @Test
  void freesWhatARoundMakesAndNothingElse() {
    NDArray w = manager.ones(new Shape(3));
    List<NDArray> made = new ArrayList<>();
    int before = manager.getManagedArrays().size();
    try (NDManager own = manager.newSubManager()) {
      Pass in = TestPass.of(own, 2, DataType.FLOAT32, 1);
      NDList result =
          in.repeat(
              50,
              new NDList(w, w, w),
              s -> {
                NDArray y = w.add(s.get(0));
                made.add(y);
                return new NDList(y, s.get(1), w);
              });
      assertThat(made).hasSize(50).allMatch(NDArray::isReleased);
      assertThat(own.getManagedArrays()).hasSize(3);
      assertThat(result.get(0).getFloat(0)).isEqualTo(51);
      assertThat(result.get(2).toFloatArray()).containsOnly(1);
    }
    assertThat(manager.getManagedArrays().size()).isEqualTo(before);
    assertThat(w.isReleased()).isFalse();
  }

  @Test
  void asksWhoRecordsThePass() {
    NDArray x = manager.ones(new Shape(2));
    List<Long> asked = new ArrayList<>();
    Pass recorded = new Pass(manager, new Recording(manager, asked), false, pass.noise());
    recorded.repeat(7, new NDList(x), s -> s);
    recorded.repeat(8, new NDList(x), s -> s.get(0).gt(s.get(0)).any(), s -> s);
    assertThat(asked).containsExactly(7L, 8L);
  }

  private static final class Recording extends ParameterStore implements Repeats {
    private final List<Long> asked;

    Recording(NDManager manager, List<Long> asked) {
      super(manager, false);
      this.asked = asked;
    }

    @Override
    public NDList repeat(long count, NDList state, UnaryOperator<NDList> body) {
      asked.add(count);
      return state;
    }

    @Override
    public NDList repeat(
        long most, NDList state, Function<NDList, NDArray> again, UnaryOperator<NDList> body) {
      asked.add(most);
      return state;
    }
  }

  @Test
  void refusesStatesThatChangeTheirShapeAndConditionsThatAreNoBoolean() {
    NDArray x = manager.ones(new Shape(2));
    NDList state = new NDList(x);
    assertThatThrownBy(() -> pass.repeat(2, state, s -> new NDList(s.get(0).concat(x, 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "repeat: a round turns a state of [float32 (2)] into [float32 (4)]; let it keep the"
                + " number of arrays, their types and their shapes");
    assertThatThrownBy(() -> pass.repeat(2, state, s -> new NDList(x, x)))
        .hasMessageContaining("into [float32 (2), float32 (2)]");
    assertThatThrownBy(() -> pass.repeat(2, state, s -> s.get(0).gt(x), s -> s))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is boolean (2), expected one boolean");
    assertThatThrownBy(() -> pass.repeat(2, new NDList(), s -> s)).hasMessageContaining("no array");
  }

  /** x = u + A x, from a matrix A that says which value reads which. */
  private NDList linear(Watched in, NDArray u, NDArray a, double tolerance) {
    return in.pass()
        .fixedPoint(
            u.getShape().get(1),
            tolerance,
            u,
            x -> {
              NDArray next = u.add(x.matMul(a.transpose()));
              return new NDList(next, next.sum(new int[] {1}));
            });
  }

  private NDArray triangular(int size, double scale) {
    double[] a = values(manager, 5, size, size).toDoubleArray();
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        a[i * size + j] = 0;
      }
    }
    return manager
        .create(a, new Shape(size, size))
        .mul(Ops.constant(pass.manager().ones(new Shape(1), DataType.FLOAT64), scale));
  }

  @Test
  void solvesWhatIsTriangular() {
    int size = 30;
    NDArray a = triangular(size, 0.05);
    NDArray u = values(manager, 3, 4, size);
    double[] expected =
        doubles(
            manager
                .eye(size)
                .toType(DataType.FLOAT64, false)
                .sub(a)
                .inverse()
                .matMul(u.transpose())
                .transpose());
    for (Stop stop : Stop.values()) {
      Watched watched = new Watched(manager, stop);
      NDList found = linear(watched, u, a, 1e-6);
      assertThat(doubles(found.get(0))).containsExactly(expected, within(1e-12));
      assertThat(doubles(found.get(1)))
          .containsExactly(doubles(found.get(0).sum(new int[] {1})), within(1e-12));
      assertThat(watched.rounds()).hasSize(4).containsOnly(watched.rounds()[0]);
      assertThat(watched.rounds()[0])
          .matches(n -> stop == Stop.NEVER ? n == size + 1 : n < size * 0.8);
    }
  }

  /** The residual is what a round more changes, not what the iteration believes. */
  @Test
  void reportsWhatIsLeft() {
    NDArray a = triangular(30, 0.05);
    NDArray u = values(manager, 3, 4, 30);
    for (double tolerance : new double[] {1e8, 1e6}) { // a billionth of it in double precision
      Watched watched = new Watched(manager, Stop.CONVERGED);
      NDArray last = linear(watched, u, a, tolerance).head();
      NDArray before = u.zerosLike();
      for (int round = 1; round < watched.rounds()[0]; round++) {
        before = round == 1 ? u.add(u.matMul(a.transpose())) : u.add(before.matMul(a.transpose()));
      }
      double[] expected = new double[4];
      for (int row = 0; row < 4; row++) {
        for (int i = 0; i < 30; i++) {
          double now = last.getDouble(row, i);
          double change = Math.abs(now - before.getDouble(row, i)) / (1 + Math.abs(now));
          expected[row] = Math.max(expected[row], change);
        }
      }
      assertThat(watched.residual()).containsExactly(expected, within(1e-14));
      assertThat(DoubleStream.of(watched.residual()).max().getAsDouble()).isBetween(1e-6, 1e-1);
    }
  }

  /** Two values that read one another swing for ever; a row that does not is none the worse. */
  @Test
  void reportsALargeResidualWhereTheMapIsNotTriangular() {
    NDArray a = manager.create(new double[] {0, 1, -1, 0}, new Shape(2, 2));
    NDArray u = manager.create(new double[] {1, 2, 0, 0}, new Shape(2, 2));
    for (Stop stop : Stop.values()) {
      Watched watched = new Watched(manager, stop);
      linear(watched, u, a, 1e-6);
      assertThat(watched.rounds()).containsOnly(3);
      assertThat(watched.residual()[0]).isGreaterThan(0.1);
      assertThat(watched.residual()[1]).isEqualTo(0);
    }
  }
}
