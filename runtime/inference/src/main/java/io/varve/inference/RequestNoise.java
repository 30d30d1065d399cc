package io.varve.inference;

import io.varve.inference.bundle.Manifest;

/**
 * The noise of one request.
 *
 * @param seed of it
 * @param firstRow the number of its first row
 * @param temperature scales it
 * @param antithetic whether samples come in pairs: of each the second has the opposite noise
 */
record RequestNoise(long seed, long firstRow, float temperature, boolean antithetic) {
  /** The uniform nearest to 0 that {@link Philox} draws; the one nearest to 1 is as far from 1. */
  private static final float LEAST = 0x1p-24f;

  /**
   * The noise that turns stored bytes into the model's x. It is the same for all importance samples
   * of an image, and the temperature does not scale it.
   */
  private static final String DATA = "noise.data";

  RequestNoise {
    checkTemperature(temperature);
    Inputs.require(firstRow >= 0, "first row: " + firstRow + ", expected none below 0");
  }

  static void checkTemperature(float temperature) {
    Inputs.require(
        temperature >= 0 && Float.isFinite(temperature),
        "temperature: " + temperature + ", expected a finite number of at least 0");
  }

  RequestNoise(long seed, long firstRow, float temperature) {
    this(seed, firstRow, temperature, false);
  }

  void fill(Manifest.Noise port, int row, int rows, int sample, float[] into) {
    int perRow = Manifest.size(port.shape());
    boolean normal = port.distribution().equals("normal");
    boolean data = port.name().equals(DATA);
    int draw = data ? 0 : antithetic ? sample / 2 : sample;
    if (normal) {
      Philox.normal(seed, port.name(), firstRow + row, rows, draw, perRow, into);
    } else {
      Philox.uniform(seed, port.name(), firstRow + row, rows, draw, perRow, into);
    }
    if (temperature != 1 && !data) {
      for (int i = 0; i < rows * perRow; i++) {
        into[i] = normal ? temperature * into[i] : narrowed(into[i]);
      }
    }
    if (antithetic && sample % 2 == 1 && !data) {
      for (int i = 0; i < rows * perRow; i++) {
        into[i] = normal ? -into[i] : 1 - into[i];
      }
    }
  }

  /** Scales the distance from 1/2; the result stays in the open interval (0, 1). */
  private float narrowed(float uniform) {
    return Math.min(1 - LEAST, Math.max(LEAST, 0.5f + (uniform - 0.5f) * temperature));
  }
}
