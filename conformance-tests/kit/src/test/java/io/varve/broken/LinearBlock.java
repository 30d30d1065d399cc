package io.varve.broken;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.List;

/**
 * All inputs side by side, one matrix, cut into the outputs: sound, for broken networks to change.
 */
class LinearBlock extends AbstractBlock {
  final List<Shape> outputs;
  final long in;
  final long out;
  final Parameter weight;

  LinearBlock(List<Shape> inputs, List<Shape> outputs) {
    this(inputs, outputs, "weight", 0.3f);
  }

  LinearBlock(List<Shape> inputs, List<Shape> outputs, String name, float deviation) {
    requireBoth(inputs, outputs);
    this.outputs = outputs;
    in = inputs.stream().mapToLong(Shape::size).sum();
    out = outputs.stream().mapToLong(Shape::size).sum();
    weight = add(name, new NormalInitializer(deviation), new Shape(in, out));
  }

  final Parameter add(String name, Initializer start, Shape shape) {
    return addParameter(parameter(name, start, shape));
  }

  static Parameter parameter(String name, Initializer start, Shape shape) {
    return Parameter.builder()
        .setName(name)
        .setType(Parameter.Type.OTHER)
        .optInitializer(start)
        .optShape(shape)
        .build();
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> unused) {
    NDArray w = store.getValue(weight, inputs.head().getDevice(), training);
    return cut(after(store, before(flat(inputs)).matMul(w), training));
  }

  NDArray before(NDArray x) {
    return x;
  }

  NDArray after(ParameterStore store, NDArray y, boolean training) {
    return y;
  }

  static NDArray flat(NDList inputs) {
    NDList flat = new NDList();
    inputs.forEach(x -> flat.add(x.reshape(-1, x.getShape().slice(1).size())));
    return flat.size() == 1 ? flat.head() : NDArrays.concat(flat, 1);
  }

  NDList cut(NDArray y) {
    NDList cut = new NDList();
    long at = 0;
    for (Shape shape : outputs) {
      NDArray part = y.get(":, " + at + ":" + (at + shape.size()));
      cut.add(part.reshape(new Shape(-1).addAll(shape)));
      at += shape.size();
    }
    return cut;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    Shape batch = inputShapes[0].slice(0, 1);
    return outputs.stream().map(batch::addAll).toArray(Shape[]::new);
  }

  private static void requireBoth(List<Shape> inputs, List<Shape> outputs) {
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException("needs at least one input and one output");
    }
  }
}
