package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.conformance.Trial.Result;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Rule X7: gradients are those of the values. */
abstract class GradientContract extends ExportContract {
  /** Of central differences, relative to the largest slope of an array. */
  private static final double DIFFERENCE = 1e-5;

  /** A kink may lie within one step, hardly within the next. */
  private static final double[] STEPS = {Trials.STEP, Trials.STEP / 10, Trials.STEP * 10};

  /** Elements of one array that are moved: enough to see a mistake, however large the array. */
  private static final int MOVED = 8;

  /** Far from where anything is trained, but where the first steps may land. */
  private static final double FAR = 30;

  private static final int[] ROWS = Trials.rows(3);

  GradientContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void x7_gradientsAreDerivatives() {
    for (Trial trial : smooth()) {
      TrialParameters parameters = trial.parameters(DataType.FLOAT64);
      try (NDManager scope = manager.newSubManager()) {
        Loss loss = new Loss(trial, parameters, trial.inputs(scope, DataType.FLOAT64, ROWS));
        List<double[]> gradients = loss.gradients(scope);
        for (int i = 0; i < gradients.size(); i++) {
          requireSlopes(trial, loss, loss.leaves().get(i), gradients.get(i));
        }
      }
    }
  }

  private void requireSlopes(Trial trial, Loss loss, Loss.Leaf leaf, double[] gradient) {
    double largest = DoubleStream.of(gradient).map(Math::abs).max().orElse(0);
    for (int element : some(gradient.length)) {
      double slope = 0;
      for (double step : STEPS) {
        slope = loss.slope(manager, leaf, element, step);
        if (Math.abs(slope - gradient[element]) <= DIFFERENCE * (1 + largest)) {
          break;
        }
      }
      require(
          Math.abs(slope - gradient[element]) <= DIFFERENCE * (1 + largest),
          "%s: the gradient for element %d of %s is %s, but differences give %s"
              .formatted(
                  trial.probe().name(),
                  element,
                  leaf.name(),
                  Trials.number(gradient[element]),
                  Trials.number(slope)));
    }
  }

  /** All elements of a small array, some of a large one. */
  private static int[] some(int size) {
    return size <= MOVED
        ? Trials.rows(size)
        : new SplittableRandom(size).ints(MOVED, 0, size).distinct().toArray();
  }

  @Rule
  public void x7_gradientsAreFiniteWhereValuesAre() {
    for (Trial trial : smooth()) {
      for (double factor : new double[] {0, 1, FAR}) {
        TrialParameters parameters = trial.parameters(DataType.FLOAT32);
        try (NDManager scope = manager.newSubManager()) {
          NDList inputs = scaled(trial, scope, factor);
          Loss loss = new Loss(trial, parameters, inputs);
          if (finite(trial, parameters, inputs)) {
            requireFinite(trial, loss, loss.gradients(scope), factor);
          }
        }
      }
    }
  }

  private static NDList scaled(Trial trial, NDManager scope, double factor) {
    NDList inputs = trial.inputs(scope, DataType.FLOAT32, ROWS);
    for (int i = 0; i < inputs.size(); i++) {
      if (trial.probe().inputs().get(i).levels() == 0) {
        NDArray input = inputs.get(i);
        double[] values = DoubleStream.of(Trials.doubles(input)).map(v -> factor * v).toArray();
        inputs.set(i, Trials.array(scope, DataType.FLOAT32, values, input.getShape()));
      }
    }
    return inputs;
  }

  private boolean finite(Trial trial, TrialParameters parameters, NDList inputs) {
    try (NDManager scope = manager.newSubManager()) {
      return trial
          .probe()
          .body()
          .of(Trial.pass(scope, parameters.in(scope), DataType.FLOAT32, ROWS), inputs)
          .stream()
          .map(Result::of)
          .flatMapToDouble(result -> Arrays.stream(result.values()))
          .allMatch(Double::isFinite);
    }
  }

  private static void requireFinite(
      Trial trial, Loss loss, List<double[]> gradients, double factor) {
    for (int i = 0; i < gradients.size(); i++) {
      double[] gradient = gradients.get(i);
      int bad =
          IntStream.range(0, gradient.length)
              .filter(j -> !Double.isFinite(gradient[j]))
              .findFirst()
              .orElse(-1);
      require(
          bad < 0,
          "%s: at inputs of size %s all values are finite, but the gradient for element %d of %s is not"
              .formatted(trial.probe().name(), factor, bad, loss.leaves().get(i).name()));
    }
  }

  @Rule
  public void x7_gradientsReachEveryParameter() {
    Set<Parameter> waiting = new LinkedHashSet<>();
    Set<Parameter> reached = new LinkedHashSet<>();
    for (Trial trial : smooth()) {
      try (NDManager scope = manager.newSubManager()) {
        NDList inputs = trial.inputs(scope, DataType.FLOAT64, ROWS);
        Loss loss = new Loss(trial, trial.parameters(DataType.FLOAT64), inputs);
        List<double[]> gradients = loss.gradients(scope);
        for (int i = 0; i < gradients.size(); i++) {
          Parameter parameter = loss.leaves().get(i).parameter();
          if (parameter != null) {
            boolean moves = DoubleStream.of(gradients.get(i)).anyMatch(g -> g != 0);
            (moves ? reached : waiting).add(parameter);
          }
        }
      }
    }
    waiting.removeAll(reached);
    waiting.stream()
        .findFirst()
        .ifPresent(
            p -> {
              throw new AssertionError(
                  "the trained parameter '%s' %s has a gradient of zero everywhere; let a result depend on it, or do not train it"
                      .formatted(p.getName(), p.getShape()));
            });
    if (reached.isEmpty()) {
      throw new NotApplicable("it has no trained parameters");
    }
  }

  private List<Trial> smooth() {
    List<Trial> trials = trials().stream().filter(trial -> trial.probe().smooth()).toList();
    if (trials.isEmpty()) {
      throw new NotApplicable("none of its functions has a derivative");
    }
    return trials;
  }
}
