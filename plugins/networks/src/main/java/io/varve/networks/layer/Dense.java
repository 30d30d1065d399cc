package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;

/** A fully connected layer of each of T towers, T = 1 or more, computed as one product. */
public final class Dense {
  private final Parameter weight;
  private final Parameter bias;
  private final Size size;

  /** The widths of a layer of each of T towers. */
  public record Size(long towers, long inputs, long outputs) {}

  private Dense(Parameter weight, Parameter bias, Size size) {
    this.weight = weight;
    this.bias = bias;
    this.size = size;
  }

  /** Towers that all read the same [B, inputs]. */
  public static Dense ofOne(String name, Size size, LayerStyle style) {
    long all = size.towers() * size.outputs();
    Shape shape = new Shape(all, size.inputs());
    return new Dense(
        style.weight(name, shape, size.inputs(), size.outputs()),
        style.bias(name, new Shape(all), size.outputs()),
        size);
  }

  /** Towers that read [T, B, inputs], each its own. */
  public static Dense ofEach(String name, Size size, LayerStyle style) {
    Shape shape = new Shape(size.towers(), size.inputs(), size.outputs());
    Shape biases = new Shape(size.towers(), 1, size.outputs());
    return new Dense(
        style.weight(name, shape, size.inputs(), size.outputs()),
        style.bias(name, biases, size.outputs()),
        size);
  }

  /** W x + b; [B, outputs] of one tower, [T, B, outputs] of several. */
  public NDArray apply(Reading reading, NDArray x) {
    NDArray w = reading.of(weight);
    NDArray b = reading.of(bias);
    if (w.getShape().dimension() == 3) {
      return x.batchMatMul(w).addi(b); // in place: no gradient needs the bare product
    }
    return apart(Linear.linear(x, w, b).singletonOrThrow());
  }

  /**
   * W (scale x + shift) + b with a scale and a shift for each tower, [T, inputs]. W takes them in,
   * so that all towers still read one x in one product.
   */
  public NDArray apply(Reading reading, NDArray x, NDArray scale, NDArray shift) {
    NDArray w = reading.of(weight).reshape(size.towers(), size.outputs(), size.inputs());
    NDArray scaled = w.mul(scale.expandDims(1)).reshape(-1, size.inputs());
    NDArray b = w.batchMatMul(shift.expandDims(2)).flatten().addi(reading.of(bias));
    return apart(Linear.linear(x, scaled, b).singletonOrThrow());
  }

  private NDArray apart(NDArray y) {
    return size.towers() == 1 ? y : y.reshape(-1, size.towers(), size.outputs()).transpose(1, 0, 2);
  }
}
