package io.varve.conformance;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Family;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A family on one space. Numbers go in and come out on the host, and every call has a scope of its
 * own, so nothing outlives it.
 *
 * @param needs the parameter arrays of this space
 */
record Member(Family family, Space space, List<Parameters> needs) {
  /** The family on a space that it accepts. */
  Member(Family family, Space space) {
    this(family, space, family.parameters(space));
  }

  /** One result: its shape and its numbers. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
  record Found(Shape shape, double[] numbers) {}

  /** A sample: values [rows, event] and log-densities [rows]. */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
  record Sample(double[] values, double[] logProb) {}

  /**
   * Where a call is made: the parameters, the data type, and the noise.
   *
   * @param rows B, the number of rows of noise
   */
  record Place(Index index, DataType type, int rows, long seed) {
    /** In double precision, with noise for every row of parameters. */
    Place(Index index) {
      this(index, DataType.FLOAT64, index.rows(), 1);
    }
  }

  /** The size of an event. */
  int size() {
    return Math.toIntExact(space.shape().size());
  }

  /** What the distribution at these parameters answers. */
  List<Found> ask(Place place, Function<Distribution, NDList> question) {
    try (NDManager scope = Trials.manager()) {
      return found(question.apply(at(scope, place, place.index().arrays(scope, place.type()))));
    }
  }

  /** The results of array code, read. */
  static List<Found> found(NDList results) {
    List<Found> found = new ArrayList<>();
    results.forEach(r -> found.add(new Found(r.getShape(), Trials.doubles(r))));
    return found;
  }

  /** The distribution at these parameters. */
  Distribution at(NDManager scope, Place place, NDList parameters) {
    int[] rows = Trials.rows(place.rows());
    Pass pass = Trials.pass(scope, place.type(), place.seed(), rows);
    return family.of(pass, space, parameters);
  }

  /** Values as the array [rows, event] that this space has. */
  NDArray value(NDManager scope, DataType type, double[] values) {
    Shape shape = new Shape(values.length / size()).addAll(space.shape());
    return Trials.array(scope, type, values, shape);
  }

  /** The log-densities of these events, with parameters of as many rows or of one. */
  double[] logProb(Index index, DataType type, double[] values) {
    try (NDManager scope = Trials.manager()) {
      Place place = new Place(index, type, values.length / size(), 1);
      Distribution distribution = at(scope, place, index.arrays(scope, type));
      return Trials.doubles(distribution.logProb(value(scope, type, values)));
    }
  }

  /** As many draws as the place has rows. */
  Sample draw(Place place) {
    List<Found> found =
        ask(
            place,
            distribution -> {
              Draw draw = distribution.draw();
              return new NDList(draw.value(), draw.logProb());
            });
    return new Sample(found.get(0).numbers(), found.get(1).numbers());
  }

  /** The gradient of the sum of what is asked, for each parameter array. */
  List<double[]> gradient(Place place, Function<Distribution, NDArray> question) {
    try (NDManager scope = Trials.manager()) {
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
          gradients.add(Trials.doubles(gradient));
        }
      }
      return gradients;
    }
  }

  @Override
  public String toString() {
    return Spaces.text(space);
  }
}
