package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;

/**
 * A convolution of each of T towers, T = 1 or more, as one grouped convolution; towers lie side by
 * side as channels.
 */
public final class GroupedConvolution implements Layer {
  private static final Shape ONE = new Shape(1, 1);

  private final Parameter weight;
  private final Parameter bias;
  private final Scale scale;
  private final long side;
  private final int groups;

  /**
   * Channels of a convolution.
   *
   * @param groups T where each tower reads its own input, 1 where all read the same
   * @param inputs that one tower reads
   * @param outputs that one tower gives
   */
  public record Channels(int towers, int groups, long inputs, long outputs) {}

  /**
   * A convolution that keeps the image's sides, halves them or doubles them.
   *
   * @param side of the kernel: 3, or 1, or 2 to double
   */
  public GroupedConvolution(
      String name, Scale scale, long side, Channels channels, LayerStyle style) {
    this.scale = scale;
    this.side = side;
    this.groups = channels.groups();
    long all = channels.towers() * channels.outputs();
    Shape shape = new Shape(all, channels.inputs(), side, side);
    weight =
        style.weight(
            name, shape, side * side * channels.inputs(), side * side * channels.outputs());
    bias = style.bias(name, new Shape(all), channels.outputs());
  }

  @Override
  public NDArray apply(Reading reading, NDArray x) {
    NDArray w = reading.of(weight);
    NDArray b = reading.of(bias);
    if (scale == Scale.UP) {
      return side == 2
          ? TransposedConvolution.spread(x, w, b, groups)
          : TransposedConvolution.doubled(x, w, b, groups);
    }
    long pad = side / 2;
    long stride = scale == Scale.DOWN ? 2 : 1;
    Shape strides = new Shape(stride, stride);
    return Conv2d.conv2d(x, w, b, strides, new Shape(pad, pad), ONE, groups).singletonOrThrow();
  }
}
