package io.varve.conformance.arrays;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules on array code that are decided by running it in DJL: X3 to X6, X8 and X9.
 *
 * <p>Checks count the live arrays of the whole process, so no two may run at a time.
 */
public final class ArrayRules {
  /** Two orders of summation in double precision, relative to the largest number. */
  private static final double ROUNDING = 1e-9;

  private static final int[] ROWS = SeededRows.rows(5);

  private final Probes probes;
  private final NDManager manager;

  ArrayRules(Probes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void x3_randomnessIsThePassesNoise() {
    for (ReadyProbe ready : probes.ready()) {
      ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
      List<HostArray> first = ready.run(parameters, DataType.FLOAT32, ROWS);
      seed(1);
      double untouched = draw();
      seed(1);
      List<HostArray> second = ready.run(parameters, DataType.FLOAT32, ROWS);
      double after = draw();
      String how = "drawn twice with the same noise";
      requireEqual(ready, first, second, how);
      require(
          after == untouched,
          ready.probe().name()
              + ": draws from the engine's generator, expected Pass.noise to be the only source");
    }
  }

  private void seed(int seed) {
    manager.getEngine().setRandomSeed(seed);
  }

  private double draw() {
    try (NDArray drawn = manager.randomUniform(0, 1, new Shape(1))) {
      return drawn.getFloat();
    }
  }

  @Rule
  void x4_argumentsStayAsTheyWere() {
    for (ReadyProbe ready : probes.ready()) {
      requireUntouched(ready, false);
      requireUntouched(ready, true);
    }
  }

  private void requireUntouched(ReadyProbe ready, boolean training) {
    DataType type = DataType.FLOAT32;
    ProbeParameters parameters = ready.parameters(type);
    try (NDManager scope = manager.newSubManager()) {
      Map<String, NDArray> given = new HashMap<>();
      NDList inputs = ready.inputs(scope, type, ROWS);
      for (int i = 0; i < inputs.size(); i++) {
        given.put("its input '" + ready.probe().inputs().get(i).name() + "'", inputs.get(i));
      }
      for (Parameter parameter : ready.initialised()) {
        if (!training || parameter.requiresGradient()) {
          given.put("parameter '" + parameter.getName() + "'", parameters.value(parameter));
        }
      }
      Map<String, double[]> before = new HashMap<>();
      given.forEach((name, array) -> before.put(name, Numbers.of(array)));
      Noise noise = kept(SeededRows.noise(scope, type, 1, ROWS), given, before);
      ready.probe().body().of(new Pass(scope, parameters.in(scope), training, noise), inputs);
      given.forEach(
          (name, array) -> {
            if (!array.isReleased()) { // noise that was drawn in a loop went with its round
              requireUntouched(ready, name, before.get(name), Numbers.of(array));
            }
          });
    }
  }

  /** Noise that notes what it hands out. */
  private static Noise kept(Noise noise, Map<String, NDArray> given, Map<String, double[]> before) {
    return new Noise() {
      @Override
      public NDArray normal(Shape event) {
        return keep(noise.normal(event));
      }

      @Override
      public NDArray uniform(Shape event) {
        return keep(noise.uniform(event));
      }

      private NDArray keep(NDArray array) {
        String name = "array %d of its noise".formatted(before.size());
        given.put(name, array);
        before.put(name, Numbers.of(array));
        return array;
      }
    };
  }

  private static void requireUntouched(
      ReadyProbe ready, String name, double[] before, double[] after) {
    int at = Arrays.mismatch(before, after);
    if (at >= 0) {
      throw new AssertionError(
          "%s: changes %s: element %d was %s and is now %s; compute a new array"
              .formatted(
                  ready.probe().name(),
                  name,
                  at,
                  Numbers.text(before[at]),
                  Numbers.text(after[at])));
    }
  }

  @Rule
  void x5_rowsAreIndependent() {
    for (ReadyProbe ready : probes.ready()) {
      ProbeParameters parameters = ready.parameters(DataType.FLOAT64);
      List<HostArray> all = ready.run(parameters, DataType.FLOAT64, ROWS);
      for (int[] rows : List.of(new int[] {4, 2, 9, 0}, new int[] {2}, SeededRows.rows(33))) {
        requireSameRows(ready, all, rows, ready.run(parameters, DataType.FLOAT64, rows));
      }
    }
  }

  private static void requireSameRows(
      ReadyProbe ready, List<HostArray> all, int[] rows, List<HostArray> some) {
    for (int r = 0; r < all.size(); r++) {
      requireBatch(ready, r, all.get(r), ROWS.length);
      requireBatch(ready, r, some.get(r), rows.length);
      for (int i = 0; i < rows.length; i++) {
        if (rows[i] >= ROWS.length) {
          continue;
        }
        double[] expected = all.get(r).row(rows[i]);
        double[] found = some.get(r).row(i);
        for (int j = 0; j < expected.length; j++) {
          require(
              near(found[j], expected[j]),
              "%s is %s in a batch of rows 0..4, but %s in one of %d rows; expected row i to depend on row i alone"
                  .formatted(
                      ready.place(r, rows[i], j),
                      Numbers.text(expected[j]),
                      Numbers.text(found[j]),
                      rows.length));
        }
      }
    }
  }

  private static boolean near(double found, double expected) {
    return Double.compare(found, expected) == 0
        || Math.abs(found - expected) <= ROUNDING * (1 + Math.abs(expected));
  }

  private static void requireBatch(ReadyProbe ready, int r, HostArray result, int rows) {
    Shape shape = result.shape();
    require(
        shape.dimension() > 0 && shape.get(0) == rows,
        "%s: result %d has the shape %s for %d rows, expected it to lead with the batch"
            .formatted(ready.probe().name(), r, shape, rows));
  }

  @Rule
  void x6_resultsHaveTheTypeOfTheArguments() {
    for (ReadyProbe ready : probes.ready()) {
      for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
        List<HostArray> results = ready.run(ready.parameters(type), type, ROWS);
        for (int r = 0; r < results.size(); r++) {
          require(
              results.get(r).type() == type,
              "%s: result %d is %s for arguments and parameters of %s, expected %s"
                  .formatted(ready.probe().name(), r, results.get(r).type(), type, type));
        }
      }
    }
  }

  @Rule
  void x8_nothingOutlivesAPass() {
    for (Probe probe : probes.probes()) {
      try (NDManager owner = manager.newSubManager()) {
        int others = live() - owned(owner);
        ReadyProbe ready = new ReadyProbe(probe, owner);
        requireFreed(probe, live() - owned(owner) - others, "the first pass");
        ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
        ready.run(parameters, DataType.FLOAT32, ROWS);
        int before = live();
        ready.run(parameters, DataType.FLOAT32, ROWS);
        requireFreed(probe, live() - before, "an evaluation pass");
        try (NDManager scope = owner.newSubManager()) {
          Noise noise = SeededRows.noise(scope, DataType.FLOAT32, 1, ROWS);
          Pass pass = new Pass(scope, parameters.in(scope), true, noise);
          probe.body().of(pass, ready.inputs(scope, DataType.FLOAT32, ROWS));
        }
        requireFreed(probe, live() - before, "a training pass");
      }
    }
  }

  private static void requireFreed(Probe probe, int left, String after) {
    require(
        left == 0,
        "%s: leaves %d arrays when the scope of %s is closed, expected 0; make them with Pass.manager or from arguments"
            .formatted(probe.name(), left, after));
  }

  /** Arrays alive in the whole process: everything descends from one root. */
  private int live() {
    return owned(manager.getParentManager());
  }

  private static int owned(NDManager of) {
    return of.getManagedArrays().size();
  }

  @Rule
  void x9_theSameAgainGivesTheSameAgain() {
    for (ReadyProbe ready : probes.ready()) {
      ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
      List<HostArray> first = ready.run(parameters, DataType.FLOAT32, ROWS);
      ready.run(parameters, DataType.FLOAT32, 7, 8, 9);
      List<HostArray> again = ready.run(parameters, DataType.FLOAT32, ROWS);
      requireEqual(ready, first, again, "computed again, after other rows");
    }
  }

  private static void requireEqual(
      ReadyProbe ready, List<HostArray> first, List<HostArray> second, String how) {
    for (int r = 0; r < first.size(); r++) {
      double[] expected = first.get(r).values();
      double[] found = second.get(r).values();
      int at = Arrays.mismatch(expected, found);
      if (at >= 0) {
        require(
            at < expected.length && at < found.length,
            "%s: result %d has the shape %s, and %s when %s"
                .formatted(
                    ready.probe().name(), r, first.get(r).shape(), second.get(r).shape(), how));
        throw new AssertionError(
            "%s: element %d of result %d is %s, and %s when %s"
                .formatted(
                    ready.probe().name(),
                    at,
                    r,
                    Numbers.text(expected[at]),
                    Numbers.text(found[at]),
                    how));
      }
    }
  }
}
