package io.varve.training.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.inference.Philox;
import io.varve.model.NoiseSource;
import io.varve.spi.Ops;

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
  /**
   * The same noise on another manager.
   *
   * @param opposite whether turned round: -e of a normal e, 1 - u of a uniform u
   */
  NoiseSource on(NDManager other, boolean opposite) {
    PhiloxNoise same = new PhiloxNoise(other, seed, firstRow, rows, sample);
    return opposite ? new Opposite(same) : same;
  }

  private record Opposite(PhiloxNoise of) implements NoiseSource {
    @Override
    public NDArray normal(String stream, Shape event) {
      return of.normal(stream, event).neg();
    }

    @Override
    public NDArray uniform(String stream, Shape event) {
      NDArray uniform = of.uniform(stream, event);
      return Ops.constant(uniform, 1).sub(uniform);
    }
  }

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
