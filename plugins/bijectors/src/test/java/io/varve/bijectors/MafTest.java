package io.varve.bijectors;

import static io.varve.spi.TestPass.doubles;
import static io.varve.spi.TestPass.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.varve.bijectors.Maf.Degrees;
import io.varve.bijectors.Maf.Order;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import io.varve.spi.Solves.Stop;
import io.varve.spi.Watched;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MafTest {
  private static final Site SITE = new Site("x.flow[0]", 1);
  private static final Shape EVENT = new Shape(8);
  private static final List<Shape> CONTEXT = List.of(new Shape(3), new Shape(2));

  /** Far enough from the identity that all parts of a step matter. */
  private static final double NOISE = 0.3;

  /** Rounding through eight values that depend on each other. */
  private static final double DOUBLE = 1e-10;

  private static final double SINGLE = 1e-4;

  /** What a generator warns of, ten times what the iteration stops at. */
  private static final double RESIDUAL = 1e-5;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  static Maf keys(List<Integer> hidden, Order order, Degrees degrees, Gate gate) {
    return new Maf(hidden, Activation.TANH, order, degrees, gate, 1e-6);
  }

  private static Maf keys(Gate gate) {
    return new Maf(List.of(10, 9), Activation.ELU, Order.RANDOM, Degrees.EQUAL, gate, 1e-6);
  }

  private Laws laws(Maf maf, Shape event, List<Shape> context, int rows, DataType type) {
    Bijection f = maf.build(SITE, event, context);
    Laws.initialise(manager, f, type, NOISE);
    NDList given = new NDList();
    for (Shape shape : context) {
      given.add(values(manager, 9, rows, shape.size()).toType(type, false));
    }
    return new Laws(manager, f, given);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void invertsWhatItMaps(DataType type) {
    double tolerance = type == DataType.FLOAT32 ? SINGLE : DOUBLE;
    for (Gate gate : Gate.values()) {
      for (List<Shape> context : List.of(List.<Shape>of(), CONTEXT)) {
        Laws laws = laws(keys(gate), EVENT, context, 5, type);
        laws.undoes(values(manager, 3, 5, 8).toType(type, false), tolerance);
        laws.keepsRowsApart(values(manager, 3, 5, 8).toType(type, false), tolerance);
      }
    }
  }

  @Test
  void mapsImagesRowByRow() {
    Maf maf = keys(List.of(12), Order.NATURAL, Degrees.EQUAL, Gate.AFFINE);
    Laws vectors = laws(maf, EVENT, CONTEXT, 5, DataType.FLOAT64);
    Laws images = laws(maf, new Shape(2, 2, 2), CONTEXT, 5, DataType.FLOAT64);
    NDArray x = values(manager, 3, 5, 8);
    images.undoes(x.reshape(5, 2, 2, 2), DOUBLE);
    assertThat(doubles(images.forward(x.reshape(5, 2, 2, 2)).value()))
        .containsExactly(doubles(vectors.forward(x).value()));
  }

  @ParameterizedTest
  @EnumSource
  void logDeterminantIsThatOfTheJacobian(Gate gate) {
    Laws laws = laws(keys(gate), EVENT, CONTEXT, 1, DataType.FLOAT64);
    laws.hasTheDeterminantOfItsJacobian(values(manager, 3, 1, 8));
  }

  @ParameterizedTest
  @EnumSource
  void jacobianIsTriangularInTheOrder(Order order) {
    Maf maf = keys(List.of(9), order, Degrees.EQUAL, Gate.AFFINE);
    Laws laws = laws(maf, EVENT, CONTEXT, 1, DataType.FLOAT64);
    int[] place = order.degrees(8, new Random(SITE.seed()));
    NDArray x = values(manager, 3, 1, 8);
    for (UnaryOperator<NDArray> map :
        List.<UnaryOperator<NDArray>>of(
            v -> laws.forward(v).value(), v -> laws.inverse(v).value())) {
      double[][] slopes = laws.jacobian(map, x);
      for (int from = 0; from < 8; from++) {
        for (int to = 0; to < 8; to++) {
          boolean depends = slopes[from][to] != 0;
          assertThat(depends).as("%d on %d", to, from).isEqualTo(place[from] <= place[to]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOfTheMap(Gate gate) {
    Laws laws = laws(keys(gate), EVENT, CONTEXT, 1, DataType.FLOAT64);
    laws.hasGradientsOfItsSlopes(values(manager, 3, 1, 8));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 30, -1e4, 1e6})
  void gradientsAreFiniteFarAway(double at) {
    for (Gate gate : Gate.values()) {
      Laws laws = laws(keys(gate), EVENT, CONTEXT, 2, DataType.FLOAT32);
      laws.hasFiniteGradients(Laws.rows(manager, DataType.FLOAT32, EVENT, at, -at));
    }
  }

  @Test
  void startsNearTheIdentity() {
    Maf maf = keys(List.of(16, 16), Order.NATURAL, Degrees.EQUAL, Gate.AFFINE);
    Bijection f = maf.build(SITE, EVENT, CONTEXT);
    Laws.initialise(manager, f, DataType.FLOAT64, 0);
    NDList context = new NDList(values(manager, 9, 5, 3), values(manager, 8, 5, 2));
    NDArray x = values(manager, 3, 5, 8);
    Mapped mapped = new Laws(manager, f, context).inverse(x);
    assertThat(doubles(mapped.value())).containsExactly(doubles(x), within(0.2));
    assertThat(DoubleStream.of(doubles(mapped.logDet()))).allMatch(v -> Math.abs(v) < 0.5);
  }

  /** Learned constants have one row, and so has the mode of a base distribution. */
  @Test
  void readsOneRowForManyAndManyForOne() {
    Maf maf = keys(Gate.AFFINE);
    Laws many = laws(maf, EVENT, CONTEXT, 3, DataType.FLOAT64);
    NDArray row = values(manager, 3, 1, 8);
    Mapped one = many.forward(row);
    Mapped repeated = many.forward(row.repeat(0, 3));
    assertThat(doubles(one.value())).containsExactly(doubles(repeated.value()), within(DOUBLE));
    assertThat(one.logDet().getShape()).isEqualTo(new Shape(3));
    NDList mixed = new NDList(many.context().get(0), many.context().get(1).get("0:1"));
    assertThat(new Laws(manager, many.f(), mixed).inverse(row.repeat(0, 3)).value().getShape())
        .isEqualTo(new Shape(3, 8));
  }

  @Test
  void gradientsOfTrainingReachTheParametersThroughTheRounds() {
    Laws laws = laws(keys(Gate.AFFINE), EVENT, CONTEXT, 2, DataType.FLOAT64);
    Parameter weight = laws.f().parameters().get(0);
    weight.getArray().setRequiresGradient(true);
    NDArray x = values(manager, 3, 2, 8);
    double[] evaluating = gradient(laws, weight, x, false);
    double[] training = gradient(laws, weight, x, true);
    assertThat(training).containsExactly(evaluating, within(DOUBLE));
    assertThat(DoubleStream.of(training)).anyMatch(g -> Math.abs(g) > 1e-3);
  }

  private double[] gradient(Laws laws, Parameter weight, NDArray x, boolean training) {
    Pass pass = new Pass(manager, new ParameterStore(manager, false), training, null);
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.zeroGradients();
      Mapped mapped = laws.f().forward(pass, x, laws.context());
      collector.backward(mapped.value().square().sum().add(mapped.logDet().sum()));
    }
    return doubles(weight.getArray().getGradient());
  }

  private Laws wide(int size, double noise, Order order, DataType type) {
    Maf maf = new Maf(List.of(32), Activation.RELU, order, Degrees.EQUAL, Gate.AFFINE, 1e-6);
    Bijection f = maf.build(SITE, new Shape(size), List.of());
    Laws.initialise(manager, f, type, noise);
    return new Laws(manager, f, new NDList());
  }

  /** Steps near the identity and far from it: where a step is steep, more rounds are needed. */
  @ParameterizedTest
  @ValueSource(doubles = {0.003, 0.01, 0.03, 0.1})
  void fixedPointIsTheExactSolution(double noise) {
    int size = 100;
    for (Order order : Order.values()) {
      Laws laws = wide(size, noise, order, DataType.FLOAT32);
      NDArray u = values(manager, 3, 4, size).toType(DataType.FLOAT32, false);
      Watched all = new Watched(manager, Stop.NEVER);
      Watched few = new Watched(manager, Stop.CONVERGED);
      Mapped exact = laws.f().forward(all.pass(), u, laws.context());
      Mapped found = laws.f().forward(few.pass(), u, laws.context());
      assertThat(all.rounds()).containsOnly(size + 1);
      assertThat(all.residual()).containsOnly(0); // the rounds repeat themselves to the last bit
      assertThat(few.rounds()[0]).isLessThanOrEqualTo(size + 1);
      assertThat(DoubleStream.of(few.residual())).allMatch(r -> r <= RESIDUAL);
      Watched enough = new Watched(manager, Stop.UNCHANGED);
      Mapped unchanged = laws.f().forward(enough.pass(), u, laws.context());
      assertThat(doubles(unchanged.value())).containsExactly(doubles(exact.value()));
      assertThat(enough.rounds()[0]).isBetween(few.rounds()[0], all.rounds()[0]);
      assertThat(relative(found.value(), exact.value())).isLessThan(SINGLE);
      assertThat(relative(found.logDet(), exact.logDet())).isLessThan(SINGLE);
    }
  }

  private static double relative(NDArray found, NDArray expected) {
    NDArray apart = found.sub(expected).abs().div(expected.abs().add(1));
    return apart.max().toType(DataType.FLOAT64, false).getDouble();
  }

  @Test
  void convergesLongBeforeEveryRoundIsDone() {
    int size = 100;
    Laws laws = wide(size, 0.01, Order.RANDOM, DataType.FLOAT32);
    NDArray u = values(manager, 3, 4, size).toType(DataType.FLOAT32, false);
    Watched few = new Watched(manager, Stop.CONVERGED);
    laws.f().forward(few.pass(), u, laws.context());
    assertThat(few.rounds()[0]).isLessThan(size / 4.0);
  }

  /** Rounds before the last but one grow without bound; the last is right all the same. */
  @Test
  void survivesRoundsThatGrowBeyondAllBounds() {
    int size = 40;
    Maf maf = new Maf(List.of(), Activation.TANH, Order.NATURAL, Degrees.EQUAL, Gate.AFFINE, 0);
    Bijection f = maf.build(SITE, new Shape(size), List.of());
    Laws.initialise(manager, f, DataType.FLOAT32, 0);
    float[] below = new float[size * size];
    for (int i = 1; i < size; i++) {
      below[i * size + i - 1] = -1e6f; // x_i = u_i - 1e6 x_(i-1): a value of 1e240 from u of ones
    }
    Parameter shift = f.parameters().get(0);
    shift.getArray().set(below);
    float[] u = new float[size];
    u[0] = 1e-6f;
    u[1] = 1; // x = (1e-6, 0, 0, ...), but the first rounds do not know
    u[30] = 1;
    Laws laws = new Laws(manager, f, new NDList());
    double[] x = doubles(laws.forward(manager.create(u, new Shape(1, size))).value());
    assertThat(DoubleStream.of(x)).allMatch(Double::isFinite);
    assertThat(x[29]).isCloseTo(0, within(1e-3));
    assertThat(x[30]).isCloseTo(1, within(1e-3));
    assertThat(x[31]).isCloseTo(-1e6, within(1.0));
  }

  @Test
  void mapsThreeThousandValues() {
    Maf maf = new Maf(List.of(16), Activation.RELU, Order.RANDOM, Degrees.EQUAL, Gate.AFFINE, 1e-6);
    Bijection f = maf.build(SITE, new Shape(3, 32, 32), List.of(new Shape(40)));
    Laws.initialise(manager, f, DataType.FLOAT32, 1e-3);
    long numbers = f.parameters().stream().mapToLong(p -> p.getShape().size()).sum();
    assertThat(numbers).isLessThan(4 * 16 * 3072); // nothing is D x D
    NDList context = new NDList(values(manager, 9, 2, 40).toType(DataType.FLOAT32, false));
    NDArray x = values(manager, 3, 2, 3, 32, 32).toType(DataType.FLOAT32, false);
    new Laws(manager, f, context).undoes(x, SINGLE);
  }

  @Test
  void refusesWhatItCannotDo() {
    assertThatThrownBy(() -> keys(List.of(4, 0), Order.NATURAL, Degrees.EQUAL, Gate.AFFINE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4, 0]");
    assertThatThrownBy(
            () ->
                new Maf(
                    List.of(4),
                    Activation.RELU,
                    Order.NATURAL,
                    Degrees.EQUAL,
                    Gate.AFFINE,
                    Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    Maf maf = keys(Gate.AFFINE);
    assertThatThrownBy(() -> maf.build(SITE, new Shape(1), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("at least 2", "(1)");
  }
}
