package io.varve.inference;

import io.varve.inference.bundle.Manifest;

/**
 * The noise of one request.
 *
 * @param request what it depends on
 * @param antithetic whether samples come in pairs: of each the second has the opposite noise
 */
record RequestNoise(Request request, boolean antithetic) {
  /** The uniform nearest to 0 that {@link Philox} draws; the one nearest to 1 is as far from 1. */
  private static final float LEAST = 0x1p-24f;

  /**
   * The noise that turns stored bytes into the model's x. It is the same for all importance samples
   * of an image, and the temperature does not scale it.
   */
  private static final String DATA = "noise.data";

  RequestNoise(Request request) {
    this(request, false);
  }

  /** Fills [rows, port]. */
  void fill(Manifest.Noise port, int row, int rows, int sample, float[] into) {
    int perRow = Manifest.size(port.shape());
    boolean normal = port.distribution().equals("normal");
    boolean data = port.name().equals(DATA);
    int draw = data ? 0 : antithetic ? sample / 2 : sample;
    if (request.inOrder()) {
      draw(port, row, rows, draw, into);
    } else {
      float[] one = new float[perRow];
      for (int i = 0; i < rows; i++) {
        draw(port, row + i, 1, draw, one);
        System.arraycopy(one, 0, into, i * perRow, perRow);
      }
    }
    float temperature = request.temperature();
    if (temperature != 1 && !data) {
      for (int i = 0; i < rows * perRow; i++) {
        into[i] = normal ? temperature * into[i] : narrowed(into[i], temperature);
      }
    }
    if (antithetic && sample % 2 == 1 && !data) {
      for (int i = 0; i < rows * perRow; i++) {
        into[i] = normal ? -into[i] : 1 - into[i];
      }
    }
  }

  /** Of rows with one seed and successive numbers. */
  private void draw(Manifest.Noise port, int row, int rows, int sample, float[] into) {
    int perRow = Manifest.size(port.shape());
    long number = request.number(row);
    if (port.distribution().equals("normal")) {
      Philox.normal(request.seed(row), port.name(), number, rows, sample, perRow, into);
    } else {
      Philox.uniform(request.seed(row), port.name(), number, rows, sample, perRow, into);
    }
  }

  /** Scales the distance from 1/2; the result stays in the open interval (0, 1). */
  private static float narrowed(float uniform, float temperature) {
    return Math.min(1 - LEAST, Math.max(LEAST, 0.5f + (uniform - 0.5f) * temperature));
  }
}
