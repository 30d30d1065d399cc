package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Noise from the engine's generator on the device: fast, and what training uses.
 *
 * @param manager owns what is drawn
 * @param batch B
 */
public record EngineNoise(NDManager manager, long batch) implements NoiseSource {
  /** The engine's uniform numbers are multiples of 2^-24, and include 0: half a step from it. */
  private static final float LOW = 0x1p-25f;

  /** The engine scales u in [0, 1) as u (high - low) + low, which with a high of 1 rounds to 1. */
  private static final float HIGH = 1 - 0x1p-24f;

  @Override
  public NDArray normal(String stream, Shape event) {
    return manager.randomNormal(0f, 1f, new Shape(batch).addAll(event), DataType.FLOAT32);
  }

  @Override
  public NDArray uniform(String stream, Shape event) {
    Shape shape = new Shape(batch).addAll(event);
    return manager.randomUniform(LOW, HIGH, shape, DataType.FLOAT32);
  }
}
