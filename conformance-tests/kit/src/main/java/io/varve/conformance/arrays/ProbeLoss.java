package io.varve.conformance.arrays;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One number made of every element of a probe's results, as a function of each array that gradients
 * are asked for: its real inputs and trained parameters.
 */
public final class ProbeLoss {
  private final ReadyProbe ready;
  private final ProbeParameters parameters;
  private final NDList inputs;
  private final int[] rows;
  private final List<Leaf> leaves = new ArrayList<>();

  /**
   * The loss at these inputs and parameters.
   *
   * @param inputs the probe's, of the type of the parameters
   */
  public ProbeLoss(ReadyProbe ready, ProbeParameters parameters, NDList inputs) {
    this.ready = ready;
    this.parameters = parameters;
    this.inputs = new NDList(inputs);
    this.rows = SeededRows.rows(Math.toIntExact(inputs.isEmpty() ? 3 : inputs.head().size(0)));
    for (int i = 0; i < inputs.size(); i++) {
      Probe.Input input = ready.probe().inputs().get(i);
      int index = i;
      if (input.real()) {
        String name = "input '" + input.name() + "'";
        Supplier<NDArray> get = () -> this.inputs.get(index);
        leaves.add(new Leaf(name, null, get, value -> this.inputs.set(index, value)));
      }
    }
    for (Parameter parameter : ready.initialised()) {
      if (parameter.requiresGradient()) {
        String name = "parameter '" + parameter.getName() + "'";
        Supplier<NDArray> get = () -> parameters.value(parameter);
        leaves.add(new Leaf(name, parameter, get, v -> parameters.replace(parameter, v)));
      }
    }
  }

  /**
   * One array that gradients are asked for.
   *
   * @param name for messages
   * @param parameter what it is the value of, or null for an input
   */
  public record Leaf(
      String name, Parameter parameter, Supplier<NDArray> value, Consumer<NDArray> replace) {}

  /** The arrays that gradients are asked for. */
  public List<Leaf> leaves() {
    return leaves;
  }

  /** The gradient for each leaf, zero where the loss does not depend on it. */
  public List<double[]> gradients(NDManager manager) {
    leaves.forEach(leaf -> leaf.value().get().setRequiresGradient(true));
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray loss = in(scope);
      for (Leaf leaf : leaves) {
        NDArray view = leaf.value().get().flatten();
        view.attach(scope);
        loss = loss.add(view.mul(view.zerosLike()).sum()); // so that each leaf has a gradient
      }
      collector.backward(loss);
    }
    List<double[]> gradients = new ArrayList<>();
    for (Leaf leaf : leaves) {
      try (NDArray gradient = leaf.value().get().getGradient()) {
        gradients.add(Numbers.of(gradient));
      }
      leaf.value().get().setRequiresGradient(false);
    }
    return gradients;
  }

  /** The slope along a direction of a leaf, by central differences. */
  double slope(NDManager manager, Leaf leaf, double[] direction, double step) {
    NDArray before = leaf.value().get();
    double[] values = before.toDoubleArray();
    double[] ends = new double[2];
    for (int end = 0; end < ends.length; end++) {
      double move = end == 0 ? -step : step;
      double[] moved = new double[values.length];
      Arrays.setAll(moved, i -> values[i] + move * direction[i]);
      try (NDManager scope = manager.newSubManager()) {
        leaf.replace().accept(Numbers.array(scope, DataType.FLOAT64, moved, before.getShape()));
        ends[end] = in(scope).getDouble();
      } finally {
        leaf.replace().accept(before);
      }
    }
    return (ends[1] - ends[0]) / (2 * step);
  }

  /** A sum over every element of every result, each with a weight of its own. */
  private NDArray in(NDManager scope) {
    DataType type = parameters.type();
    NDArray loss = scope.zeros(new Shape(), type);
    NDList results =
        ready.probe().body().of(ReadyProbe.pass(scope, parameters.in(scope), type, rows), inputs);
    for (NDArray result : results) {
      if (result.getDataType().isFloating()) {
        NDArray weights = SeededRows.normal(scope, type, result.getShape(), 99, 0).squeeze(0);
        loss = loss.add(weights.mul(result).sum());
      }
    }
    return loss;
  }
}
