package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.varve.conformance.Trial.Result;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules X1 and on, for whatever computes with arrays; each is tried on every probe.
 *
 * <p>Here are those that running the code in DJL decides. Checks count the live arrays of the whole
 * process, so no two may run at a time.
 */
abstract class ArrayContract extends GradientContract {
  /** Two orders of summation in double precision, relative to the largest number. */
  private static final double ROUNDING = 1e-9;

  private static final int[] ROWS = Trials.rows(5);

  ArrayContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void x3_randomnessIsThePassesNoise() {
    for (Trial trial : trials()) {
      TrialParameters parameters = trial.parameters(DataType.FLOAT32);
      List<Result> first = trial.run(parameters, DataType.FLOAT32, ROWS);
      seed(1);
      double untouched = draw();
      seed(1);
      List<Result> second = trial.run(parameters, DataType.FLOAT32, ROWS);
      double after = draw();
      String how = "drawn twice with the same noise";
      requireEqual(trial, first, second, how);
      require(
          after == untouched,
          trial.probe().name()
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
  public void x4_argumentsStayAsTheyWere() {
    for (Trial trial : trials()) {
      requireUntouched(trial, false);
      requireUntouched(trial, true);
    }
  }

  private void requireUntouched(Trial trial, boolean training) {
    DataType type = DataType.FLOAT32;
    TrialParameters parameters = trial.parameters(type);
    try (NDManager scope = manager.newSubManager()) {
      Map<String, NDArray> given = new HashMap<>();
      NDList inputs = trial.inputs(scope, type, ROWS);
      for (int i = 0; i < inputs.size(); i++) {
        given.put("its input '" + trial.probe().inputs().get(i).name() + "'", inputs.get(i));
      }
      for (Parameter parameter : trial.initialised()) {
        if (!training || parameter.requiresGradient()) {
          given.put("parameter '" + parameter.getName() + "'", parameters.value(parameter));
        }
      }
      Map<String, double[]> before = new HashMap<>();
      given.forEach((name, array) -> before.put(name, Trials.doubles(array)));
      Noise noise = kept(Trials.noise(scope, type, 1, ROWS), given, before);
      trial.probe().body().of(new Pass(scope, parameters.in(scope), training, noise), inputs);
      given.forEach(
          (name, array) -> {
            if (!array.isReleased()) { // noise that was drawn in a loop went with its round
              requireUntouched(trial, name, before.get(name), Trials.doubles(array));
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
        before.put(name, Trials.doubles(array));
        return array;
      }
    };
  }

  private static void requireUntouched(Trial trial, String name, double[] before, double[] after) {
    int at = Arrays.mismatch(before, after);
    if (at >= 0) {
      throw new AssertionError(
          "%s: changes %s: element %d was %s and is now %s; compute a new array"
              .formatted(
                  trial.probe().name(),
                  name,
                  at,
                  Trials.number(before[at]),
                  Trials.number(after[at])));
    }
  }

  @Rule
  public void x5_rowsAreIndependent() {
    for (Trial trial : trials()) {
      TrialParameters parameters = trial.parameters(DataType.FLOAT64);
      List<Result> all = trial.run(parameters, DataType.FLOAT64, ROWS);
      for (int[] rows : List.of(new int[] {4, 2, 9, 0}, new int[] {2}, Trials.rows(33))) {
        requireSameRows(trial, all, rows, trial.run(parameters, DataType.FLOAT64, rows));
      }
    }
  }

  private static void requireSameRows(
      Trial trial, List<Result> all, int[] rows, List<Result> some) {
    for (int r = 0; r < all.size(); r++) {
      requireBatch(trial, r, all.get(r), ROWS.length);
      requireBatch(trial, r, some.get(r), rows.length);
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
                      trial.place(r, rows[i], j),
                      Trials.number(expected[j]),
                      Trials.number(found[j]),
                      rows.length));
        }
      }
    }
  }

  private static boolean near(double found, double expected) {
    return Double.compare(found, expected) == 0
        || Math.abs(found - expected) <= ROUNDING * (1 + Math.abs(expected));
  }

  private static void requireBatch(Trial trial, int r, Result result, int rows) {
    Shape shape = result.shape();
    require(
        shape.dimension() > 0 && shape.get(0) == rows,
        "%s: result %d has the shape %s for %d rows, expected it to lead with the batch"
            .formatted(trial.probe().name(), r, shape, rows));
  }

  @Rule
  public void x6_resultsHaveTheTypeOfTheArguments() {
    for (Trial trial : trials()) {
      for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
        List<Result> results = trial.run(trial.parameters(type), type, ROWS);
        for (int r = 0; r < results.size(); r++) {
          require(
              results.get(r).type() == type,
              "%s: result %d is %s for arguments and parameters of %s, expected %s"
                  .formatted(trial.probe().name(), r, results.get(r).type(), type, type));
        }
      }
    }
  }

  @Rule
  public void x8_nothingOutlivesAPass() {
    for (Probe probe : probes()) {
      try (NDManager owner = manager.newSubManager()) {
        int others = live() - owned(owner);
        Trial trial = new Trial(probe, owner);
        requireFreed(probe, live() - owned(owner) - others, "the first pass");
        TrialParameters parameters = trial.parameters(DataType.FLOAT32);
        trial.run(parameters, DataType.FLOAT32, ROWS);
        int before = live();
        trial.run(parameters, DataType.FLOAT32, ROWS);
        requireFreed(probe, live() - before, "an evaluation pass");
        try (NDManager scope = owner.newSubManager()) {
          Noise noise = Trials.noise(scope, DataType.FLOAT32, 1, ROWS);
          Pass pass = new Pass(scope, parameters.in(scope), true, noise);
          probe.body().of(pass, trial.inputs(scope, DataType.FLOAT32, ROWS));
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
  public void x9_theSameAgainGivesTheSameAgain() {
    for (Trial trial : trials()) {
      TrialParameters parameters = trial.parameters(DataType.FLOAT32);
      List<Result> first = trial.run(parameters, DataType.FLOAT32, ROWS);
      trial.run(parameters, DataType.FLOAT32, 7, 8, 9);
      List<Result> again = trial.run(parameters, DataType.FLOAT32, ROWS);
      requireEqual(trial, first, again, "computed again, after other rows");
    }
  }

  private static void requireEqual(
      Trial trial, List<Result> first, List<Result> second, String how) {
    for (int r = 0; r < first.size(); r++) {
      double[] expected = first.get(r).values();
      double[] found = second.get(r).values();
      int at = Arrays.mismatch(expected, found);
      if (at >= 0) {
        require(
            at < expected.length && at < found.length,
            "%s: result %d has the shape %s, and %s when %s"
                .formatted(
                    trial.probe().name(), r, first.get(r).shape(), second.get(r).shape(), how));
        throw new AssertionError(
            "%s: element %d of result %d is %s, and %s when %s"
                .formatted(
                    trial.probe().name(),
                    at,
                    r,
                    Trials.number(expected[at]),
                    Trials.number(found[at]),
                    how));
      }
    }
  }

  /** Trains, scores, generates from and exports a small model with the component in it. */
  @Rule
  public void x13_worksInAModel() {
    InModel.run(subject);
  }
}
