package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;
import static io.varve.conformance.rule.Claim.requireAll;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.SeededRows;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A family on one space. Numbers go in and come out on the host, and every call has a scope of its
 * own, so nothing outlives it.
 *
 * @param needs the parameter arrays of this space
 */
record FamilyOnSpace(Family family, Space space, List<Parameters> needs) {
  /** The family on a space that it accepts. */
  FamilyOnSpace(Family family, Space space) {
    this(family, space, family.parameters(space));
  }

  /** A sample: values [rows, event] and log-densities [rows]. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
  record Sample(double[] values, double[] logProb) {}

  /**
   * Where a call is made: the parameters, the data type, and the noise.
   *
   * @param rows B, the number of rows of noise
   */
  record Place(ParameterRows index, DataType type, int rows, long seed) {
    /** In double precision, with noise for every row of parameters. */
    Place(ParameterRows index) {
      this(index, DataType.FLOAT64, index.rows(), 1);
    }
  }

  /** The size of an event. */
  int size() {
    return Math.toIntExact(space.shape().size());
  }

  /** What the distribution at these parameters answers. */
  List<HostArray> ask(Place place, Function<Distribution, NDList> question) {
    try (NDManager scope = SeededRows.manager()) {
      return HostArray.of(
          question.apply(at(scope, place, place.index().arrays(scope, place.type()))));
    }
  }

  /** The distribution at these parameters. */
  Distribution at(NDManager scope, Place place, NDList parameters) {
    int[] rows = SeededRows.rows(place.rows());
    Pass pass = SeededRows.pass(scope, place.type(), place.seed(), rows);
    return family.of(pass, space, parameters);
  }

  /** Values as the array [rows, event] that this space has. */
  NDArray value(NDManager scope, DataType type, double[] values) {
    Shape shape = new Shape(values.length / size()).addAll(space.shape());
    return Numbers.array(scope, type, values, shape);
  }

  /** The log-densities of these events, with parameters of as many rows or of one. */
  double[] logProb(ParameterRows index, DataType type, double[] values) {
    try (NDManager scope = SeededRows.manager()) {
      Place place = new Place(index, type, values.length / size(), 1);
      Distribution distribution = at(scope, place, index.arrays(scope, type));
      return Numbers.of(distribution.logProb(value(scope, type, values)));
    }
  }

  /** As many draws as the place has rows. */
  Sample draw(Place place) {
    List<HostArray> found =
        ask(
            place,
            distribution -> {
              Draw draw = distribution.draw();
              return new NDList(draw.value(), draw.logProb());
            });
    return new Sample(found.get(0).values(), found.get(1).values());
  }

  /** A draw, the log-density it comes with, and the log-density of its value. */
  static NDList drawAndScore(Distribution distribution) {
    Draw draw = distribution.draw();
    return new NDList(draw.value(), draw.logProb(), distribution.logProb(draw.value()));
  }

  /** Parameters to score by, at zero, anywhere and at extremes: many rows of one number. */
  List<ParameterRows> scored() {
    int rows = size() == 1 ? 32 : 8;
    List<ParameterRows> places = new ArrayList<>();
    places.add(ParameterRows.zero(needs, 1));
    places.add(ParameterRows.random(needs, rows, 81));
    places.add(ParameterRows.extreme(needs, rows, 82));
    if (size() == 1) {
      places.add(ParameterRows.corners(needs));
    }
    return places;
  }

  /** Parameters to draw by, at zero, anywhere and at extremes. */
  List<ParameterRows> drawn() {
    return List.of(
        ParameterRows.zero(needs, 4),
        ParameterRows.random(needs, 16, 89),
        ParameterRows.extreme(needs, 16, 90));
  }

  /** The gradient of the sum of what is asked, for each parameter array. */
  List<double[]> gradient(Place place, Function<Distribution, NDArray> question) {
    try (NDManager scope = SeededRows.manager()) {
      NDList leaves = place.index().arrays(scope, place.type());
      leaves.forEach(leaf -> leaf.setRequiresGradient(true));
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray sum = question.apply(at(scope, place, leaves)).sum();
        for (NDArray leaf : leaves) {
          sum = sum.add(leaf.mul(leaf.zerosLike()).sum()); // a path to every leaf
        }
        collector.backward(sum);
      }
      List<double[]> gradients = new ArrayList<>();
      for (NDArray leaf : leaves) {
        try (NDArray gradient = leaf.getGradient()) {
          gradients.add(Numbers.of(gradient));
        }
      }
      return gradients;
    }
  }

  void requireFinite(String what, ParameterRows index, double[] numbers) {
    requireAll(
        numbers,
        Double::isFinite,
        i ->
            "%s on %s is %s at %s, expected a finite number"
                .formatted(what, this, numbers[i], index.at(i * index.rows() / numbers.length)));
  }

  void requireOnGrid(String what, ParameterRows index, double[] values) {
    int top = space.levels() - 1;
    requireAll(
        values,
        value -> value == Math.rint(value) && value >= 0 && value <= top,
        i ->
            "%s on %s is %s at %s, expected a whole number 0..%d"
                .formatted(what, this, values[i], index.name(), top));
  }

  void requireShape(String what, ParameterRows index, HostArray found, Shape expected) {
    require(
        found.shape().equals(expected),
        "%s on %s has shape %s for %d row(s) of parameters, expected %s"
            .formatted(what, this, found.shape(), index.rows(), expected));
  }

  static void requireClose(String what, double[] found, double[] expected, double allowed) {
    for (int i = 0; i < found.length; i++) {
      double a = found[i];
      double b = expected[i];
      require(
          a == b || Math.abs(a - b) <= allowed * (1 + Math.abs(b)),
          "%s: %s beside %s in element %d (relative difference allowed %s)"
              .formatted(what, Numbers.text(a), Numbers.text(b), i, allowed));
    }
  }

  @Override
  public String toString() {
    return words(space);
  }

  /** A space in words, as {@code [3, 2, 2] of 256 levels}. */
  static String words(Space space) {
    return Arrays.toString(space.shape().getShape())
        + (space.levels() == 0 ? " of real numbers" : " of " + space.levels() + " levels");
  }
}
