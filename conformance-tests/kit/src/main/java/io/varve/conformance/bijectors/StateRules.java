package io.varve.conformance.bijectors;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeLoss;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.ReadyProbe;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Bijection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;

/** The rules B6, B7 and B8: which parameters there are, what changes them, where they start. */
public final class StateRules {
  private static final int[] ROWS = SeededRows.rows(5);

  /** How far, on average, a flow may be from the identity before it has learned anything. */
  private static final double NEAR = 0.5;

  /** A gradient may be zero until an earlier layer has moved, so several steps are made. */
  private static final int STEPS = 4;

  private static final double RATE = 0.1;

  private final BijectorProbes probes;
  private final NDManager manager;

  StateRules(BijectorProbes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void b6_parametersAreThoseRead() {
    for (BuiltBijection built : probes.built()) {
      List<Parameter> listed = built.bijection().parameters();
      Set<Parameter> unread = new LinkedHashSet<>(listed);
      require(
          unread.size() == listed.size(),
          "%s: parameters() lists one of %s twice".formatted(built.shapes(), names(listed)));
      ProbeParameters parameters = probes.parameters(DataType.FLOAT32, 0);
      for (boolean forward : new boolean[] {true, false}) {
        ReadyProbe ready = new ReadyProbe(built.probe(forward), manager);
        ready.run(parameters, DataType.FLOAT32, ROWS);
      }
      Set<Parameter> read = parameters.values().keySet();
      read.stream()
          .filter(parameter -> !unread.contains(parameter))
          .findFirst()
          .ifPresent(
              parameter -> {
                throw new AssertionError(
                    "%s: parameter '%s' is read, but parameters() lists only %s"
                        .formatted(built.shapes(), parameter.getName(), names(listed)));
              });
      unread.removeAll(read);
      require(
          unread.isEmpty(),
          "%s: parameters() lists %s, which neither direction reads"
              .formatted(built.shapes(), names(List.copyOf(unread))));
    }
  }

  @Rule
  void b6_parametersKeepTheirOrder() {
    for (BuiltBijection built : probes.built()) {
      List<Parameter> once = built.bijection().parameters();
      List<Parameter> again = built.bijection().parameters();
      require(
          once.equals(again),
          "%s: parameters() lists %s, then %s"
              .formatted(built.shapes(), names(once), names(again)));
      Bijection twin = probes.bijector().build(BuiltBijection.SITE, built.event(), built.context());
      BuiltBijection other =
          new BuiltBijection(twin, built.shapes(), built.domain(), built.range());
      other.initialise(manager);
      require(
          names(once).equals(names(twin.parameters())),
          "%s: parameters() lists %s, but %s when built again"
              .formatted(built.shapes(), names(once), names(twin.parameters())));
    }
  }

  private static List<String> names(List<Parameter> parameters) {
    return parameters.stream().map(p -> p.getName() + " " + p.getShape()).toList();
  }

  @Rule
  void b7_evaluationLeavesBuffers() {
    int buffers = 0;
    for (BuiltBijection built : probes.built()) {
      ProbeParameters parameters = probes.parameters(DataType.FLOAT32, 0);
      Map<Parameter, double[]> before = new LinkedHashMap<>();
      Map<Parameter, double[]> own = new LinkedHashMap<>();
      for (Parameter parameter : built.bijection().parameters()) {
        if (!parameter.requiresGradient() && parameter.isInitialized()) {
          before.put(parameter, Numbers.of(parameters.value(parameter)));
          own.put(parameter, Numbers.of(parameter.getArray()));
        }
      }
      for (boolean forward : new boolean[] {true, false}) {
        try (NDManager scope = manager.newSubManager()) {
          NDArray x = built.values(scope, DataType.FLOAT32, forward, 1, ROWS);
          built.map(parameters, forward, x, built.context(scope, DataType.FLOAT32, 2, ROWS));
        }
      }
      before.forEach(
          (buffer, values) -> {
            requireKept(built, buffer, values, Numbers.of(parameters.value(buffer)));
            requireKept(built, buffer, own.get(buffer), Numbers.of(buffer.getArray()));
          });
      buffers += before.size();
    }
    if (buffers == 0) {
      throw new NotApplicable("it has no buffers");
    }
  }

  private static void requireKept(
      BuiltBijection built, Parameter buffer, double[] before, double[] after) {
    require(
        Arrays.equals(before, after),
        "%s: evaluation changes the buffer '%s' from %s to %s"
            .formatted(
                built.shapes(), buffer.getName(), Numbers.text(before[0]), Numbers.text(after[0])));
  }

  @Rule(Rule.Strength.OPTIONAL)
  void b8_startsNearTheIdentity() {
    List<BuiltBijection> learned =
        probes.built().stream()
            .filter(built -> built.context().isEmpty() && !built.bijection().parameters().isEmpty())
            .filter(built -> built.domain() == 0 && built.range() == 0)
            .toList();
    if (learned.isEmpty()) {
      throw new NotApplicable("it has no learned constants over the real numbers");
    }
    for (BuiltBijection built : learned) {
      ReadyProbe ready = new ReadyProbe(built.probe(true), manager);
      ProbeParameters start = probes.parameters(DataType.FLOAT64, 0);
      List<HostArray> mapped = ready.run(start, DataType.FLOAT64, ROWS);
      double[] y = mapped.get(0).values();
      double[] x;
      try (NDManager scope = manager.newSubManager()) {
        x = Numbers.of(ready.inputs(scope, DataType.FLOAT64, ROWS).head());
      }
      double away = 0;
      for (int i = 0; i < y.length; i++) {
        away += Math.abs(y[i] - x[i]) / y.length;
      }
      double volume =
          DoubleStream.of(mapped.get(1).values()).map(Math::abs).average().orElse(0)
              / built.event().size();
      require(
          away <= NEAR && volume <= NEAR,
          "forward of %s starts %s away from its argument on average, with |logDet| of %s per element; expected at most %s"
              .formatted(built.shapes(), Numbers.text(away), Numbers.text(volume), NEAR));
    }
  }

  @Rule
  void b8_noGradientIsZeroForEver() {
    int trained = 0;
    for (BuiltBijection built : probes.built()) {
      Set<Parameter> waiting = new LinkedHashSet<>(built.bijection().parameters());
      waiting.removeIf(parameter -> !parameter.requiresGradient());
      trained += waiting.size();
      ProbeParameters parameters = probes.parameters(DataType.FLOAT64, 0);
      for (int step = 0; step < STEPS && !waiting.isEmpty(); step++) {
        descend(built, parameters, waiting, step % 2 == 0);
      }
      if (!waiting.isEmpty()) {
        throw new AssertionError(
            "%s: the gradient for %s is zero at the start and after %d steps of training; start it elsewhere"
                .formatted(built.shapes(), names(List.copyOf(waiting)), STEPS));
      }
    }
    if (trained == 0) {
      throw new NotApplicable("it has no trained parameters");
    }
  }

  /** Makes one step of all parameters, and removes those that it moves from the waiting ones. */
  private void descend(
      BuiltBijection built, ProbeParameters parameters, Set<Parameter> waiting, boolean forward) {
    ReadyProbe ready = new ReadyProbe(built.probe(forward), manager);
    NDList inputs = ready.inputs(manager, DataType.FLOAT64, ROWS);
    ProbeLoss loss = new ProbeLoss(ready, parameters, inputs);
    List<double[]> gradients = loss.gradients(manager);
    for (int i = 0; i < gradients.size(); i++) {
      ProbeLoss.Leaf leaf = loss.leaves().get(i);
      double[] gradient = gradients.get(i);
      double norm = Math.sqrt(DoubleStream.of(gradient).map(g -> g * g).sum());
      if (leaf.parameter() != null && norm > 0) {
        waiting.remove(leaf.parameter());
        double[] values = Numbers.of(leaf.value().get());
        Arrays.setAll(values, j -> values[j] - RATE * gradient[j] / norm);
        NDArray moved =
            Numbers.array(manager, DataType.FLOAT64, values, leaf.parameter().getShape());
        leaf.replace().accept(moved);
      }
    }
  }
}
