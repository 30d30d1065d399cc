package io.varve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class EngineNoiseTest {
  private static final long ROWS = 1 << 10;
  private static final Shape EVENT = new Shape(1 << 12);

  @Test
  void drawsUniformNumbersInsideTheUnitInterval() {
    try (NDManager manager = NDManager.newBaseManager()) {
      manager.getEngine().setRandomSeed(1);
      EngineNoise noise = new EngineNoise(manager, ROWS);
      // 2^26 draws of 2^24 values: an engine's own 0, and its 1 after rounding, come up
      float least = 1;
      float greatest = 0;
      for (int i = 0; i < 16; i++) {
        try (NDArray u = noise.uniform("noise.x", EVENT);
            NDArray min = u.min();
            NDArray max = u.max()) {
          least = Math.min(least, min.getFloat());
          greatest = Math.max(greatest, max.getFloat());
        }
      }
      assertThat(least).isGreaterThan(0).isLessThan(1e-5f);
      assertThat(greatest).isLessThan(1).isGreaterThan(1 - 1e-5f);
    }
  }

  @Test
  void drawsABatchOfEvents() {
    try (NDManager manager = NDManager.newBaseManager()) {
      manager.getEngine().setRandomSeed(2);
      NDArray normal = new EngineNoise(manager, ROWS).normal("noise.z", EVENT);
      assertThat(normal.getShape()).isEqualTo(new Shape(ROWS, EVENT.get(0)));
      // four million draws: four standard errors of 5e-4
      assertThat(normal.mean().getFloat()).isCloseTo(0, within(2e-3f));
      assertThat(normal.square().mean().getFloat()).isCloseTo(1, within(4e-3f));
    }
  }
}
