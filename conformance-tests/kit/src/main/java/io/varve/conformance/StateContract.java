package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.conformance.Trial.Result;
import io.varve.spi.Bijection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;

/** The rules B6, B7 and B8: which parameters there are, what changes them, where they start. */
abstract class StateContract extends InverseContract {
  private static final int[] ROWS = Trials.rows(5);

  /** How far, on average, a flow may be from the identity before it has learned anything. */
  private static final double NEAR = 0.5;

  /** What is zero at the start may wait for what is before it to move. */
  private static final int STEPS = 4;

  private static final double RATE = 0.1;

  StateContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void b6_parametersAreThoseRead() {
    for (Placed place : places()) {
      List<Parameter> listed = place.built().parameters();
      Set<Parameter> unread = new LinkedHashSet<>(listed);
      require(
          unread.size() == listed.size(),
          "%s: parameters() lists one of %s twice".formatted(place.where(), names(listed)));
      TrialParameters parameters = parameters(DataType.FLOAT32, 0);
      for (boolean forward : new boolean[] {true, false}) {
        Trial trial = new Trial(place.probe(forward), manager);
        trial.run(parameters, DataType.FLOAT32, ROWS);
      }
      Set<Parameter> read = parameters.values().keySet();
      read.stream()
          .filter(parameter -> !unread.contains(parameter))
          .findFirst()
          .ifPresent(
              parameter -> {
                throw new AssertionError(
                    "%s: parameter '%s' is read, but parameters() lists only %s"
                        .formatted(place.where(), parameter.getName(), names(listed)));
              });
      unread.removeAll(read);
      require(
          unread.isEmpty(),
          "%s: parameters() lists %s, which neither direction reads"
              .formatted(place.where(), names(List.copyOf(unread))));
    }
  }

  @Rule
  public void b6_parametersKeepTheirOrder() {
    for (Placed place : places()) {
      List<Parameter> once = place.built().parameters();
      List<Parameter> again = place.built().parameters();
      require(
          once.equals(again),
          "%s: parameters() lists %s, then %s".formatted(place.where(), names(once), names(again)));
      Bijection twin = bijector().build(Placed.SITE, place.event(), place.context());
      Placed other =
          new Placed(twin, place.event(), place.context(), place.domain(), place.range());
      initialise(other);
      require(
          names(once).equals(names(twin.parameters())),
          "%s: parameters() lists %s, but %s when built again"
              .formatted(place.where(), names(once), names(twin.parameters())));
    }
  }

  private static List<String> names(List<Parameter> parameters) {
    return parameters.stream().map(p -> p.getName() + " " + p.getShape()).toList();
  }

  @Rule
  public void b7_evaluationLeavesBuffers() {
    int buffers = 0;
    for (Placed place : places()) {
      TrialParameters parameters = parameters(DataType.FLOAT32, 0);
      Map<Parameter, double[]> before = new LinkedHashMap<>();
      Map<Parameter, double[]> own = new LinkedHashMap<>();
      for (Parameter parameter : place.built().parameters()) {
        if (!parameter.requiresGradient() && parameter.isInitialized()) {
          before.put(parameter, Trials.doubles(parameters.value(parameter)));
          own.put(parameter, Trials.doubles(parameter.getArray()));
        }
      }
      for (boolean forward : new boolean[] {true, false}) {
        try (NDManager scope = manager.newSubManager()) {
          Probe.Input input = place.probe(forward).inputs().get(0);
          NDArray x = Trials.input(scope, DataType.FLOAT32, input, 1, ROWS);
          map(place, parameters, forward, x, place.context(scope, DataType.FLOAT32, 2, ROWS));
        }
      }
      before.forEach(
          (buffer, values) -> {
            requireKept(place, buffer, values, Trials.doubles(parameters.value(buffer)));
            requireKept(place, buffer, own.get(buffer), Trials.doubles(buffer.getArray()));
          });
      buffers += before.size();
    }
    if (buffers == 0) {
      throw new NotApplicable("it has no buffers");
    }
  }

  private static void requireKept(Placed place, Parameter buffer, double[] before, double[] after) {
    require(
        Arrays.equals(before, after),
        "%s: evaluation changes the buffer '%s' from %s to %s"
            .formatted(
                place.where(),
                buffer.getName(),
                Trials.number(before[0]),
                Trials.number(after[0])));
  }

  @Rule(Rule.Level.OPTIONAL)
  public void b8_startsNearTheIdentity() {
    List<Placed> learned =
        places().stream()
            .filter(place -> place.context().isEmpty() && !place.built().parameters().isEmpty())
            .filter(place -> place.domain() == 0 && place.range() == 0)
            .toList();
    if (learned.isEmpty()) {
      throw new NotApplicable("it has no learned constants over the real numbers");
    }
    for (Placed place : learned) {
      Trial trial = new Trial(place.probe(true), manager);
      TrialParameters start = parameters(DataType.FLOAT64, 0);
      List<Result> mapped = trial.run(start, DataType.FLOAT64, ROWS);
      double[] y = mapped.get(0).values();
      double[] x;
      try (NDManager scope = manager.newSubManager()) {
        x = Trials.doubles(trial.inputs(scope, DataType.FLOAT64, ROWS).head());
      }
      double away = 0;
      for (int i = 0; i < y.length; i++) {
        away += Math.abs(y[i] - x[i]) / y.length;
      }
      double volume =
          DoubleStream.of(mapped.get(1).values()).map(Math::abs).average().orElse(0)
              / place.event().size();
      require(
          away <= NEAR && volume <= NEAR,
          "forward of %s starts %s away from its argument on average, with |logDet| of %s per element; expected at most %s"
              .formatted(place.where(), Trials.number(away), Trials.number(volume), NEAR));
    }
  }

  @Rule
  public void b8_noGradientIsZeroForEver() {
    int trained = 0;
    for (Placed place : places()) {
      Set<Parameter> waiting = new LinkedHashSet<>(place.built().parameters());
      waiting.removeIf(parameter -> !parameter.requiresGradient());
      trained += waiting.size();
      TrialParameters parameters = parameters(DataType.FLOAT64, 0);
      for (int step = 0; step < STEPS && !waiting.isEmpty(); step++) {
        descend(place, parameters, waiting, step % 2 == 0);
      }
      if (!waiting.isEmpty()) {
        throw new AssertionError(
            "%s: the gradient for %s is zero at the start and after %d steps of training; start it elsewhere"
                .formatted(place.where(), names(List.copyOf(waiting)), STEPS));
      }
    }
    if (trained == 0) {
      throw new NotApplicable("it has no trained parameters");
    }
  }

  /** One step of all parameters; those that it moves wait no longer. */
  private void descend(
      Placed place, TrialParameters parameters, Set<Parameter> waiting, boolean forward) {
    Trial trial = new Trial(place.probe(forward), manager);
    NDList inputs = trial.inputs(manager, DataType.FLOAT64, ROWS);
    Loss loss = new Loss(trial, parameters, inputs);
    List<double[]> gradients = loss.gradients(manager);
    for (int i = 0; i < gradients.size(); i++) {
      Loss.Leaf leaf = loss.leaves().get(i);
      double[] gradient = gradients.get(i);
      double norm = Math.sqrt(DoubleStream.of(gradient).map(g -> g * g).sum());
      if (leaf.parameter() != null && norm > 0) {
        waiting.remove(leaf.parameter());
        double[] values = Trials.doubles(leaf.value().get());
        Arrays.setAll(values, j -> values[j] - RATE * gradient[j] / norm);
        NDArray moved =
            Trials.array(manager, DataType.FLOAT64, values, leaf.parameter().getShape());
        leaf.replace().accept(moved);
      }
    }
  }
}
