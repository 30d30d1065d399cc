package io.varve.spi;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.stream.IntStream;

/**
 * Array operations that several plug-ins need and DJL lacks or gets wrong.
 *
 * <p>All of them differentiate correctly, trace to ONNX and keep the data type of their argument.
 */
public final class Ops {
  private Ops() {}

  /**
   * A constant to combine with {@code like}: a scalar of its data type on its device.
   *
   * <p>Write {@code x.mul(constant(x, 0.5))}, never {@code x.mul(0.5)}: DJL keeps a Number operand
   * in a buffer that the JVM may free before the backward pass, and gradients are then silently
   * wrong. Rule J3 refuses a JAR that does so.
   */
  public static NDArray constant(NDArray like, double value) {
    if (like.getDataType() != DataType.FLOAT64) {
      return like.getManager().full(new Shape(), (float) value, like.getDataType());
    }
    // The copy owns its memory, also after it is closed: a graph of gradients may still need it.
    try (NDArray host = like.getManager().create(value)) {
      return host.duplicate();
    }
  }

  /** Sums [B, ...] over all axes but the first, to [B]. */
  public static NDArray sumEvent(NDArray x) {
    int rank = x.getShape().dimension();
    return rank == 1 ? x : x.sum(IntStream.range(1, rank).toArray());
  }

  /** x held within [low, high], elementwise; its gradient is zero outside. */
  public static NDArray clip(NDArray x, double low, double high) {
    return x.maximum(constant(x, low)).minimum(constant(x, high));
  }

  /** log(sum(exp(x))) over one axis, without overflow; -inf where every entry is -inf. */
  public static NDArray logSumExp(NDArray x, int axis) {
    NDArray max = x.max(new int[] {axis}, true).stopGradient();
    NDArray finite = NDArrays.maximum(max, constant(max, -Float.MAX_VALUE));
    return x.sub(finite).exp().sum(new int[] {axis}, true).log().add(finite).squeeze(axis);
  }

  /** log(1 + exp(x)), elementwise. */
  public static NDArray softplus(NDArray x) {
    return Activation.softPlus(x);
  }

  /**
   * softplus(elu(x)), at least 0.313: the positive scale of Apostolopoulou et al. (2021), equation
   * 11.
   */
  public static NDArray softplusElu(NDArray x) {
    return softplus(Activation.elu(x, 1f));
  }
}
