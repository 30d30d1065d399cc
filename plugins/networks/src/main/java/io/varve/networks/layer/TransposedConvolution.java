package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import java.util.List;
import java.util.function.Consumer;

/**
 * A weight-normed transposed convolution of 3 x 3 that doubles the image's sides: stride 2, padding
 * 1, output padding 1.
 *
 * <p>Along an axis, an even place 2m of the output is w₁ x(m), an odd one 2m + 1 is w₂ x(m) + w₀
 * x(m + 1). So even rows come from one ordinary convolution of height 1 and odd rows from one of
 * height 2, each with even and odd columns as channels of its own.
 */
public final class TransposedConvolution implements Layer {
  private static final Shape ONE = new Shape(1, 1);

  private final NormedKernel kernel;

  public TransposedConvolution(String name, long inputs, long outputs, Consumer<Parameter> owner) {
    this.kernel = new NormedKernel(name, new Shape(outputs, inputs, 3, 3), owner);
  }

  @Override
  public NDArray apply(Reading reading, NDArray input) {
    return kernel.run(
        reading, input, x -> doubled(x, kernel.weight(reading), kernel.bias(reading), 1));
  }

  /**
   * The transposed convolution.
   *
   * @param x [B, inputs, H, W]
   * @param w [outputs, inputs / groups, 3, 3]
   * @param b [outputs]
   */
  static NDArray doubled(NDArray x, NDArray w, NDArray b, int groups) {
    long outputs = w.getShape().get(0);
    long height = x.getShape().get(2);
    long width = x.getShape().get(3);
    NDList k = w.split(3, 3);
    // an even column reads (w₁, 0) of a place and the next, an odd one (w₂, w₀)
    NDArray columns =
        NDArrays.concat(new NDList(k.get(1), k.get(0).zerosLike(), k.get(2), k.get(0)), 3)
            .reshape(outputs, -1, 3, 2, 2)
            .transpose(0, 3, 1, 2, 4)
            .reshape(2 * outputs, -1, 3, 2);
    NDList rows = columns.split(3, 2);
    NDArray bias = NDArrays.stack(new NDList(b, b), 1).reshape(2 * outputs);
    NDArray even = convolve(x, rows.get(1), bias, groups, 0).get(":,:,:,1:");
    NDArray tall = rows.get(2).concat(rows.get(0), 2);
    NDArray odd = convolve(x, tall, bias, groups, 1).get(":,:,1:,1:");
    Shape halves = new Shape(-1, outputs, 2, height, width);
    NDList lines = new NDList();
    for (NDArray half : List.of(even, odd)) {
      lines.add(half.reshape(halves).transpose(0, 3, 4, 2, 1)); // a view: stack copies it in place
    }
    return NDArrays.stack(lines, 2)
        .reshape(-1, 2 * height, 2 * width, outputs)
        .transpose(0, 3, 1, 2);
  }

  /** Zeros before and behind, of which those before are one place too many. */
  private static NDArray convolve(NDArray x, NDArray w, NDArray b, int groups, long rows) {
    return Conv2d.conv2d(x, w, b, ONE, new Shape(rows, 1), ONE, groups).singletonOrThrow();
  }

  /**
   * The one of 2 x 2 and stride 2, whose windows do not overlap: every place becomes four.
   *
   * @param x [B, inputs, H, W]
   * @param w [outputs, inputs / groups, 2, 2]
   * @param b [outputs]
   */
  static NDArray spread(NDArray x, NDArray w, NDArray b, int groups) {
    long outputs = w.getShape().get(0);
    long height = x.getShape().get(2);
    long width = x.getShape().get(3);
    NDArray four = w.transpose(0, 2, 3, 1).reshape(4 * outputs, w.getShape().get(1), 1, 1);
    NDArray bias = NDArrays.stack(new NDList(b, b, b, b), 1).reshape(4 * outputs);
    Shape none = new Shape(0, 0);
    return Conv2d.conv2d(x, four, bias, ONE, none, ONE, groups)
        .singletonOrThrow()
        .reshape(-1, outputs, 2, 2, height, width)
        .transpose(0, 1, 4, 2, 5, 3)
        .reshape(-1, outputs, 2 * height, 2 * width);
  }
}
