package io.varve.conformance.bijectors;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Refusal;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Bijection;
import io.varve.spi.Mapped;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** What a bijection is built for, delivers and reads: B1, B4 and B5. */
public final class BijectorRules {
  private static final int BATCH = 5;

  private final BijectorProbes probes;
  private final NDManager manager;

  BijectorRules(BijectorProbes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void b1_buildReturnsOrRefuses() {
    int accepted = 0;
    for (BijectionShapes shapes : BijectionShapes.all()) {
      Optional<Bijection> built =
          Refusal.unlessRefused(
              "build for " + shapes,
              () -> probes.bijector().build(BuiltBijection.SITE, shapes.event(), shapes.context()));
      if (built.isPresent()) {
        accepted++;
        requireMaps(new BuiltBijection(built.get(), shapes, 0, 0));
      }
    }
    require(
        accepted > 0,
        "build refuses all of %s, expected it to accept one".formatted(BijectionShapes.all()));
  }

  /** Whatever is accepted must run. Other rules say whether it is right. */
  private void requireMaps(BuiltBijection built) {
    try {
      built.initialise(manager);
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new AssertionError(
          "%s is accepted, but then %s is thrown: %s; expected build to refuse it"
              .formatted(built.shapes(), e.getClass().getSimpleName(), message),
          e);
    }
  }

  @Rule
  void b4_shapesAreThoseOfEventAndBatch() {
    for (BuiltBijection built : probes.built()) {
      for (boolean forward : new boolean[] {true, false}) {
        requireShapes(built, forward, BATCH, BATCH);
        requireShapes(built, forward, 1, 1);
        if (!built.context().isEmpty()) {
          requireShapes(built, forward, BATCH, 1);
        }
      }
    }
  }

  private void requireShapes(BuiltBijection built, boolean forward, int batch, int contextRows) {
    ProbeParameters parameters = probes.parameters(DataType.FLOAT32, ProbeParameters.JITTER);
    try (NDManager scope = manager.newSubManager()) {
      NDArray x = built.values(scope, DataType.FLOAT32, forward, 1, SeededRows.rows(batch));
      NDList context = built.context(scope, DataType.FLOAT32, 2, SeededRows.rows(contextRows));
      Mapped mapped = built.map(parameters, forward, x, context);
      String where = "%s of %s".formatted(BuiltBijection.direction(forward), built.shapes());
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
  void b5_contextIsReadOrRefused() {
    List<BuiltBijection> given =
        probes.built().stream().filter(p -> !p.context().isEmpty()).toList();
    if (given.isEmpty()) {
      throw new NotApplicable("it refuses every context that is tried");
    }
    for (BuiltBijection built : given) {
      ProbeParameters parameters = probes.parameters(DataType.FLOAT64, ProbeParameters.JITTER);
      try (NDManager scope = manager.newSubManager()) {
        int[] rows = SeededRows.rows(BATCH);
        NDArray x = built.values(scope, DataType.FLOAT64, true, 1, rows);
        NDList context = built.context(scope, DataType.FLOAT64, 2, rows);
        double[] before = values(built, parameters, x, context);
        for (int i = 0; i < context.size(); i++) {
          NDList other = new NDList(context);
          other.set(
              i, SeededRows.normal(scope, DataType.FLOAT64, built.context().get(i), 55, rows));
          require(
              !Arrays.equals(before, values(built, parameters, x, other)),
              "forward of %s is the same whatever context %d is; read it, or refuse it in build"
                  .formatted(built.shapes(), i));
        }
      }
    }
  }

  private static double[] values(
      BuiltBijection built, ProbeParameters parameters, NDArray x, NDList context) {
    Mapped mapped = built.map(parameters, true, x, context);
    return DoubleStream.concat(
            DoubleStream.of(Numbers.of(mapped.value())),
            DoubleStream.of(Numbers.of(mapped.logDet())))
        .toArray();
  }
}
