package io.varve.networks.layer;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Starts;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The kernel w = g v / |v| of a convolution, with a length g for each output channel, and its bias
 * (Salimans &amp; Kingma, 2016, equation 2).
 *
 * <p>v starts at draws of N(0, 0.05²) and g at 1, so that outputs are as large as inputs; the pass
 * over the first batch sets g and the bias so that every output channel has mean 0 and deviation
 * 0.01 on it (sections 3 and 5; 0.01 as in the program of Gatopoulos &amp; Tomczak, 2021).
 */
final class NormedKernel {
  private static final float DIRECTION = 0.05f;
  private static final double DEVIATION = 0.01;
  private static final double VARIANCE_FLOOR = 1e-8; // of a channel that is the same everywhere

  private final Parameter direction;
  private final Parameter length;
  private final Parameter bias;

  /**
   * A kernel.
   *
   * @param shape [outputs, inputs, side, side]
   * @param owner the block the parameters belong to
   */
  NormedKernel(String name, Shape shape, Consumer<Parameter> owner) {
    Shape perOutput = shape.slice(0, 1);
    Parameter.Type weight = Parameter.Type.WEIGHT;
    direction = parameter(name + ".v", weight, shape, new NormalInitializer(DIRECTION));
    length = parameter(name + ".g", Parameter.Type.OTHER, perOutput, Initializer.ONES);
    bias = parameter(name + ".bias", Parameter.Type.BIAS, perOutput, Initializer.ZEROS);
    owner.accept(direction);
    owner.accept(length);
    owner.accept(bias);
  }

  private static Parameter parameter(
      String name, Parameter.Type type, Shape shape, Initializer start) {
    return Parameter.builder()
        .setName(name)
        .setType(type)
        .optShape(shape)
        .optInitializer(start)
        .build();
  }

  /** w, [outputs, inputs, side, side]. */
  NDArray weight(Reading reading) {
    NDArray v = reading.of(direction);
    NDArray norm = v.norm(2, new int[] {1, 2, 3}, true);
    return v.mul(reading.of(length).reshape(-1, 1, 1, 1).div(norm));
  }

  /** [outputs]. */
  NDArray bias(Reading reading) {
    return reading.of(bias);
  }

  /** Runs a layer with this kernel; in the pass over the first batch its start is set before. */
  NDArray run(Reading reading, NDArray x, UnaryOperator<NDArray> layer) {
    reading.starts().ifPresent(starts -> startOn(x, starts, reading, layer));
    return layer.apply(x);
  }

  private void startOn(NDArray x, Starts starts, Reading reading, UnaryOperator<NDArray> layer) {
    try (NDScope own = new NDScope()) { // several arrays as large as y, each needed here alone
      own.suppressNotUsedWarning();
      start(starts, reading, layer.apply(x));
    }
  }

  private void start(Starts starts, Reading reading, NDArray y) {
    int[] allButChannels = {0, 2, 3};
    NDArray count = constant(y, y.size() / (double) y.getShape().get(1));
    NDArray mean = y.sum(allButChannels, true).div(count);
    NDArray variance = y.sub(mean).square().sum(allButChannels).div(count);
    NDArray scale = constant(y, DEVIATION).div(variance.add(constant(y, VARIANCE_FLOOR)).sqrt());
    NDArray g = reading.of(length).mul(scale);
    NDArray b = reading.of(bias).sub(mean.flatten()).mul(scale);
    NDScope.unregister(g, b);
    starts.start(length, g);
    starts.start(bias, b);
  }
}
