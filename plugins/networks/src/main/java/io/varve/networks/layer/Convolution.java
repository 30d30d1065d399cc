package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import java.util.function.Consumer;

/** A weight-normed convolution with zeros around the image, of stride 1 or 2. */
public final class Convolution implements Layer {
  private static final Shape ONE = new Shape(1, 1);

  private final NormedKernel kernel;
  private final Shape stride;
  private final Shape padding;

  private Convolution(NormedKernel kernel, long stride, long side) {
    this.kernel = kernel;
    this.stride = new Shape(stride, stride);
    this.padding = new Shape(side / 2, side / 2);
  }

  /** One that keeps the image's size; the kernel's side is odd. */
  public static Convolution same(
      String name, long inputs, long outputs, long side, Consumer<Parameter> owner) {
    Shape shape = new Shape(outputs, inputs, side, side);
    return new Convolution(new NormedKernel(name, shape, owner), 1, side);
  }

  /** One of 3 x 3 that halves the image's sides, rounding up. */
  public static Convolution down(
      String name, long inputs, long outputs, Consumer<Parameter> owner) {
    Shape shape = new Shape(outputs, inputs, 3, 3);
    return new Convolution(new NormedKernel(name, shape, owner), 2, 3);
  }

  @Override
  public NDArray apply(Reading reading, NDArray input) {
    return kernel.run(
        reading, input, x -> convolved(x, kernel.weight(reading), kernel.bias(reading)));
  }

  private NDArray convolved(NDArray x, NDArray w, NDArray b) {
    boolean onePixel = x.getShape().slice(2).size() == 1 && w.getShape().slice(2).size() == 1;
    if (!onePixel) {
      return Conv2d.conv2d(x, w, b, stride, padding, ONE, 1).singletonOrThrow();
    }
    // a matrix product, which libtorch does many times faster
    NDArray y = x.flatten(1, 3).matMul(w.flatten(1, 3).transpose()).add(b);
    return y.reshape(-1, w.getShape().get(0), 1, 1);
  }
}
