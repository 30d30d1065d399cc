package io.varve.networks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;

/**
 * The block of {@link Mlp}: T towers of hidden layers, T = 1 where heads are shared.
 *
 * <p>The first layer of all towers is one product [B, in] × [in, T·h]; each later one a batched
 * product of [T, B, h] by [T, h, h']; the last is one {@code Linear} a tower.
 */
final class Perceptron extends AbstractBlock {
  private final Mlp mlp;
  private final int towers;
  private final List<Shape> outputs;
  private final List<Parameter> weights = new ArrayList<>();
  private final List<Parameter> biases = new ArrayList<>();

  Perceptron(Mlp mlp, List<Shape> inputs, List<Shape> outputs) {
    this.mlp = mlp;
    this.outputs = List.copyOf(outputs);
    boolean twin = mlp.heads() == Mlp.Heads.TWIN && !mlp.hidden().isEmpty();
    towers = twin ? outputs.size() : 1;
    long width = size(inputs);
    for (int layer = 0; layer < mlp.hidden().size(); layer++) {
      hidden(layer, width, mlp.hidden().get(layer));
      width = mlp.hidden().get(layer);
    }
    for (int tower = 0; tower < towers; tower++) {
      long out = size(outputsOf(tower));
      double deviation = mlp.outputActivation().deviation(width, out);
      String name = twin ? "output" + tower : "output";
      layer(name, deviation, new Shape(out, width), new Shape(out));
    }
  }

  private void hidden(int index, long in, long out) {
    String name = "hidden" + index;
    double deviation = mlp.activation().deviation(in, out);
    if (index == 0 || towers == 1) {
      layer(name, deviation, new Shape(towers * out, in), new Shape(towers * out));
    } else {
      layer(name, deviation, new Shape(towers, in, out), new Shape(towers, 1, out));
    }
  }

  private void layer(String name, double deviation, Shape weight, Shape bias) {
    weights.add(
        addParameter(
            Parameter.builder()
                .setName(name + ".weight")
                .setType(Parameter.Type.WEIGHT)
                .optShape(weight)
                .optInitializer(new NormalInitializer((float) deviation))
                .build()));
    biases.add(
        addParameter(
            Parameter.builder()
                .setName(name + ".bias")
                .setType(Parameter.Type.BIAS)
                .optShape(bias)
                .build()));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    NDArray h = flat(inputs);
    int layers = mlp.hidden().size();
    for (int layer = 0; layer < layers; layer++) {
      h = mlp.activation().of(affine(store, layer, h, training));
      if (mlp.dropout() > 0) {
        h = Dropout.dropout(h, (float) mlp.dropout(), training).singletonOrThrow();
      }
    }
    NDList results = new NDList(outputs.size());
    for (int tower = 0; tower < towers; tower++) {
      NDArray own = towers == 1 ? h : h.get(tower);
      NDArray y = mlp.outputActivation().of(affine(store, layers + tower, own, training));
      results.addAll(apart(y, outputsOf(tower)));
    }
    return results;
  }

  /** W h + b; hidden values of several towers are [T, B, h]. */
  private NDArray affine(ParameterStore store, int layer, NDArray h, boolean training) {
    NDArray w = store.getValue(weights.get(layer), h.getDevice(), training);
    NDArray b = store.getValue(biases.get(layer), h.getDevice(), training);
    if (w.getShape().dimension() == 3) {
      return h.batchMatMul(w).add(b);
    }
    NDArray y = Linear.linear(h, w, b).singletonOrThrow();
    boolean first = layer == 0 && towers > 1;
    return first ? y.reshape(-1, towers, mlp.hidden().get(0)).transpose(1, 0, 2) : y;
  }

  /** Every input as [B, size], side by side. */
  private static NDArray flat(NDList inputs) {
    NDList flat = new NDList(inputs.size());
    for (NDArray x : inputs) {
      boolean rows = x.getShape().dimension() == 2;
      flat.add(rows ? x : x.reshape(-1, x.getShape().slice(1).size()));
    }
    return flat.size() == 1 ? flat.head() : NDArrays.concat(flat, 1);
  }

  /** Cuts [B, sum of sizes] into the outputs. */
  private static NDList apart(NDArray y, List<Shape> shapes) {
    long[] ends = new long[shapes.size() - 1];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += shapes.get(i).size();
      ends[i] = end;
    }
    NDList parts = y.split(ends, 1);
    NDList outputs = new NDList(shapes.size());
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      NDArray part = parts.get(i);
      outputs.add(shape.dimension() == 1 ? part : part.reshape(new Shape(-1).addAll(shape)));
    }
    return outputs;
  }

  private List<Shape> outputsOf(int tower) {
    return towers == 1 ? outputs : outputs.subList(tower, tower + 1);
  }

  private static long size(List<Shape> shapes) {
    return shapes.stream().mapToLong(Shape::size).sum();
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape batch = inputs[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }
}
