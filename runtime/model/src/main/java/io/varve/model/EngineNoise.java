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
  /** Half a step of the engine's 24-bit uniform numbers, which include 0 and exclude 1. */
  private static final float HALF_STEP = 0x1p-25f;

  @Override
  public NDArray normal(String stream, Shape event) {
    return manager.randomNormal(0f, 1f, new Shape(batch).addAll(event), DataType.FLOAT32);
  }

  @Override
  public NDArray uniform(String stream, Shape event) {
    Shape shape = new Shape(batch).addAll(event);
    return manager.randomUniform(HALF_STEP, 1f, shape, DataType.FLOAT32);
  }
}
