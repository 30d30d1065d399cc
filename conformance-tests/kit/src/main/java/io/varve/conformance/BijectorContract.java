package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** The rules B1 and on, for bijectors: here B1, B4 and B5, the others in the classes above. */
final class BijectorContract extends StateContract {
  private static final int BATCH = 5;

  BijectorContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void b1_buildReturnsOrRefuses() {
    int accepted = 0;
    for (Placed.Shapes shapes : Placed.candidates()) {
      Optional<Bijection> built =
          Trials.unlessRefused(
              "build for " + shapes,
              () -> bijector().build(Placed.SITE, shapes.event(), shapes.context()));
      if (built.isPresent()) {
        accepted++;
        requireMaps(new Placed(built.get(), shapes.event(), shapes.context(), 0, 0));
      }
    }
    require(
        accepted > 0,
        "build refuses all of %s, expected it to accept one".formatted(Placed.candidates()));
  }

  /** What was accepted works; whether it is right is for other rules. */
  private void requireMaps(Placed place) {
    try {
      initialise(place);
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new AssertionError(
          "%s is accepted, but then %s is thrown: %s; expected build to refuse it"
              .formatted(place.where(), e.getClass().getSimpleName(), message),
          e);
    }
  }

  @Rule
  public void b4_shapesAreThoseOfEventAndBatch() {
    for (Placed place : places()) {
      for (boolean forward : new boolean[] {true, false}) {
        requireShapes(place, forward, BATCH, BATCH);
        requireShapes(place, forward, 1, 1);
        if (!place.context().isEmpty()) {
          requireShapes(place, forward, BATCH, 1);
        }
      }
    }
  }

  private void requireShapes(Placed place, boolean forward, int batch, int contextRows) {
    TrialParameters parameters = parameters(DataType.FLOAT32, TrialParameters.JITTER);
    try (NDManager scope = manager.newSubManager()) {
      Probe.Input input = place.probe(forward).inputs().get(0);
      NDArray x = Trials.input(scope, DataType.FLOAT32, input, 1, Trials.rows(batch));
      NDList context = place.context(scope, DataType.FLOAT32, 2, Trials.rows(contextRows));
      Mapped mapped = map(place, parameters, forward, x, context);
      String where = "%s of %s".formatted(direction(forward), place.where());
      String given = contextRows == batch ? "" : " and context of %d".formatted(contextRows);
      requireShape(where + ": value", mapped.value(), x.getShape(), batch + " rows" + given);
      requireShape(where + ": logDet", mapped.logDet(), new Shape(batch), batch + " rows" + given);
    }
  }

  private static void requireShape(String what, NDArray found, Shape expected, String given) {
    require(
        found.getShape().equals(expected),
        "%s has the shape %s for %s, expected %s"
            .formatted(what, found.getShape(), given, expected));
  }

  @Rule
  public void b5_contextIsReadOrRefused() {
    List<Placed> given = places().stream().filter(p -> !p.context().isEmpty()).toList();
    if (given.isEmpty()) {
      throw new NotApplicable("it refuses every context that is tried");
    }
    for (Placed place : given) {
      TrialParameters parameters = parameters(DataType.FLOAT64, TrialParameters.JITTER);
      try (NDManager scope = manager.newSubManager()) {
        int[] rows = Trials.rows(BATCH);
        Probe.Input input = place.probe(true).inputs().get(0);
        NDArray x = Trials.input(scope, DataType.FLOAT64, input, 1, rows);
        NDList context = place.context(scope, DataType.FLOAT64, 2, rows);
        double[] before = values(place, parameters, x, context);
        for (int i = 0; i < context.size(); i++) {
          NDList other = new NDList(context);
          other.set(i, Trials.normal(scope, DataType.FLOAT64, place.context().get(i), 55, rows));
          require(
              !Arrays.equals(before, values(place, parameters, x, other)),
              "forward of %s is the same whatever context %d is; read it, or refuse it in build"
                  .formatted(place.where(), i));
        }
      }
    }
  }

  private static double[] values(
      Placed place, TrialParameters parameters, NDArray x, NDList context) {
    Mapped mapped = map(place, parameters, true, x, context);
    return DoubleStream.concat(
            DoubleStream.of(Trials.doubles(mapped.value())),
            DoubleStream.of(Trials.doubles(mapped.logDet())))
        .toArray();
  }
}
