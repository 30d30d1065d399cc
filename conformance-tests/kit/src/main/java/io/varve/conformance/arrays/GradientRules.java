package io.varve.conformance.arrays;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Rule X7: gradients are those of the values. */
public final class GradientRules {
  /** Of central differences, relative to the largest slope of an array. */
  private static final double DIFFERENCE = 1e-5;

  /** A kink may lie within one step, hardly within the next. */
  private static final double[] STEPS = {Numbers.STEP, Numbers.STEP / 10, Numbers.STEP * 10};

  /** How far every element is moved at least, in steps, where all are moved at once. */
  private static final double LEAST = 0.5;

  /**
   * Elements of one array that are moved one by one: enough to see a mistake, however large the
   * array.
   */
  private static final int MOVED = 8;

  /** Far from trained values; the first steps may still land there. */
  private static final double FAR = 30;

  private static final int[] ROWS = SeededRows.rows(3);

  private final Probes probes;
  private final NDManager manager;

  GradientRules(Probes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void x7_gradientsAreDerivatives() {
    for (ReadyProbe ready : smooth()) {
      ProbeParameters parameters = ready.parameters(DataType.FLOAT64);
      try (NDManager scope = manager.newSubManager()) {
        ProbeLoss loss =
            new ProbeLoss(ready, parameters, ready.inputs(scope, DataType.FLOAT64, ROWS));
        List<double[]> gradients = loss.gradients(scope);
        for (int i = 0; i < gradients.size(); i++) {
          requireSlopes(ready, loss, loss.leaves().get(i), gradients.get(i));
        }
      }
    }
  }

  /** Compares the slope along all elements at once. If that differs, compares one by one. */
  private void requireSlopes(
      ReadyProbe ready, ProbeLoss loss, ProbeLoss.Leaf leaf, double[] gradient) {
    double largest = DoubleStream.of(gradient).map(Math::abs).max().orElse(0);
    double allowed = DIFFERENCE * (1 + largest);
    double[] all = direction(gradient.length);
    double step = Numbers.STEP / Math.sqrt(gradient.length);
    double along = IntStream.range(0, all.length).mapToDouble(i -> all[i] * gradient[i]).sum();
    if (Math.abs(loss.slope(manager, leaf, all, step) - along) <= LEAST * allowed) {
      return;
    }
    for (int element : some(gradient.length)) {
      double[] one = new double[gradient.length];
      one[element] = 1;
      double slope = 0;
      for (double each : STEPS) {
        slope = loss.slope(manager, leaf, one, each);
        if (Math.abs(slope - gradient[element]) <= allowed) {
          break;
        }
      }
      require(
          Math.abs(slope - gradient[element]) <= allowed,
          "%s: the gradient for element %d of %s is %s, but differences give %s"
              .formatted(
                  ready.probe().name(),
                  element,
                  leaf.name(),
                  Numbers.text(gradient[element]),
                  Numbers.text(slope)));
    }
  }

  /** A direction that moves every element by another size, so that mistakes do not cancel. */
  private static double[] direction(int size) {
    SplittableRandom random = new SplittableRandom(size);
    return IntStream.range(0, size)
        .mapToDouble(i -> (LEAST + random.nextDouble()) * (random.nextBoolean() ? 1 : -1))
        .toArray();
  }

  /** All elements of a small array, some of a large one. */
  private static int[] some(int size) {
    return size <= MOVED
        ? SeededRows.rows(size)
        : new SplittableRandom(size).ints(MOVED, 0, size).distinct().toArray();
  }

  @Rule
  void x7_gradientsAreFiniteWhereValuesAre() {
    for (ReadyProbe ready : smooth()) {
      for (double factor : new double[] {0, 1, FAR}) {
        ProbeParameters parameters = ready.parameters(DataType.FLOAT32);
        try (NDManager scope = manager.newSubManager()) {
          NDList inputs = scaled(ready, scope, factor);
          ProbeLoss loss = new ProbeLoss(ready, parameters, inputs);
          if (finite(ready, parameters, inputs)) {
            requireFinite(ready, loss, loss.gradients(scope), factor);
          }
        }
      }
    }
  }

  private static NDList scaled(ReadyProbe ready, NDManager scope, double factor) {
    NDList inputs = ready.inputs(scope, DataType.FLOAT32, ROWS);
    for (int i = 0; i < inputs.size(); i++) {
      if (ready.probe().inputs().get(i).levels() == 0) {
        NDArray input = inputs.get(i);
        double[] values = DoubleStream.of(Numbers.of(input)).map(v -> factor * v).toArray();
        inputs.set(i, Numbers.array(scope, DataType.FLOAT32, values, input.getShape()));
      }
    }
    return inputs;
  }

  private boolean finite(ReadyProbe ready, ProbeParameters parameters, NDList inputs) {
    try (NDManager scope = manager.newSubManager()) {
      Pass pass = ReadyProbe.pass(scope, parameters.in(scope), DataType.FLOAT32, ROWS);
      return HostArray.of(ready.probe().body().of(pass, inputs)).stream()
          .flatMapToDouble(result -> Arrays.stream(result.values()))
          .allMatch(Double::isFinite);
    }
  }

  private static void requireFinite(
      ReadyProbe ready, ProbeLoss loss, List<double[]> gradients, double factor) {
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
              .formatted(ready.probe().name(), factor, bad, loss.leaves().get(i).name()));
    }
  }

  @Rule
  void x7_gradientsReachEveryParameter() {
    Set<Parameter> waiting = new LinkedHashSet<>();
    Set<Parameter> reached = new LinkedHashSet<>();
    for (ReadyProbe ready : smooth()) {
      try (NDManager scope = manager.newSubManager()) {
        NDList inputs = ready.inputs(scope, DataType.FLOAT64, ROWS);
        ProbeLoss loss = new ProbeLoss(ready, ready.parameters(DataType.FLOAT64), inputs);
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

  private List<ReadyProbe> smooth() {
    List<ReadyProbe> trials =
        probes.ready().stream().filter(ready -> ready.probe().smooth()).toList();
    if (trials.isEmpty()) {
      throw new NotApplicable("none of its functions has a derivative");
    }
    return trials;
  }
}
