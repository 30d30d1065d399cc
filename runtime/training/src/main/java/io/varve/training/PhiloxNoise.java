package io.varve.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.inference.Philox;
import io.varve.model.NoiseSource;

/**
 * Noise that depends on seed, stream, image and sample alone: not on how images are batched, and
 * the same that a bundle draws.
 *
 * @param manager owns what is drawn
 * @param seed of the evaluation
 * @param firstRow the index of the batch's first image
 * @param rows B
 * @param sample the index of the draw
 */
record PhiloxNoise(NDManager manager, long seed, long firstRow, int rows, int sample)
    implements NoiseSource {
  @Override
  public NDArray normal(String stream, Shape event) {
    float[] values = new float[Math.toIntExact(rows * event.size())];
    Philox.normal(seed, stream, firstRow, rows, sample, (int) event.size(), values);
    return manager.create(values, new Shape(rows).addAll(event));
  }

  @Override
  public NDArray uniform(String stream, Shape event) {
    float[] values = new float[Math.toIntExact(rows * event.size())];
    Philox.uniform(seed, stream, firstRow, rows, sample, (int) event.size(), values);
    return manager.create(values, new Shape(rows).addAll(event));
  }
}
