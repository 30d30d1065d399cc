package io.varve.likelihoods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClampedMeanTest {
  private static final double TOP = 255;

  /** Of the grid: some last bits of single precision. */
  private static final double SINGLE = 1e-6 * TOP;

  /** The integral of 1 - F by the midpoint rule, in doubles. */
  private static double integral(double centre, double rate) {
    int steps = 200_000;
    return IntStream.range(0, steps)
            .mapToDouble(i -> (i + 0.5) * TOP / steps)
            .map(t -> 1 / (1 + Math.exp((t - centre) * rate)))
            .sum()
        * TOP
        / steps;
  }

  @Test
  void meanIsTheIntegralInSinglePrecision() {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (double logScale = -7; logScale <= 7; logScale += 0.5) {
        for (double centre : new double[] {-2000, -300, -3, 0, 0.4, 80, 127.5, 250, 255, 400}) {
          double rate = Math.exp(-logScale) / (TOP / 2);
          NDArray found =
              ClampedMean.mean(
                  manager.create(new float[] {(float) centre}),
                  manager.create(new float[] {(float) rate}),
                  TOP);
          assertThat((double) found.getFloat())
              .as("centre %s, log-scale %s", centre, logScale)
              .isCloseTo(integral(centre, rate), within(SINGLE));
        }
      }
    }
  }
}
