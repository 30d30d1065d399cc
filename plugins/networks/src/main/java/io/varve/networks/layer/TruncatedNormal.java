package io.varve.networks.layer;

import static io.varve.spi.Ops.constant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

/**
 * Draws of a normal distribution cut off at two deviations on both sides and widened until they
 * have the deviation asked for.
 */
record TruncatedNormal(double deviation) implements Initializer {
  /** The deviation of N(0, 1) between -2 and 2: √(1 - 4 φ(2) / erf(√2)). */
  private static final double LEFT = 0.8796256610342398;

  private static final double WITHIN = 0.9544997361036416; // erf(√2), the mass within ±2

  @Override
  public NDArray initialize(NDManager manager, Shape shape, DataType type) {
    try (NDArray mass = manager.randomUniform((float) -WITHIN, (float) WITHIN, shape, type);
        NDArray quantile = mass.erfinv();
        NDArray scale = constant(mass, Math.sqrt(2) * deviation / LEFT)) {
      return quantile.mul(scale);
    }
  }
}
