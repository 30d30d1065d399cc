package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ActiveUnitsTest {
  private static final int IMAGES = 400;

  /**
   * Means of variance 1, 0.02, 0.005 and 0 under a posterior of variance 1: its own spread, 1/8 of
   * it in an average of all draws, would make every one of these active.
   */
  @Test
  void countsMeansThatVaryWhateverThePosteriorsSpread() {
    double[] deviations = {1, Math.sqrt(0.02), Math.sqrt(0.005), 0};
    Random random = new Random(2);
    ActiveUnits units = new ActiveUnits();
    for (int from = 0; from < IMAGES; from += 100) {
      float[] draws = new float[ActiveUnits.DRAWS * 100 * 4];
      double[] means = random.doubles(400, -1, 1).map(u -> u * Math.sqrt(3)).toArray();
      float[] noise = new float[400];
      for (int i = 0; i < draws.length; i++) {
        int draw = i / 400;
        int at = i % 400;
        noise[at] = draw % 2 == 0 ? (float) random.nextGaussian() : -noise[at];
        draws[i] = (float) (deviations[at % 4] * means[at]) + noise[at];
      }
      try (ActiveUnits.Draws batch = units.draws(100)) {
        for (int pair = 0; pair < ActiveUnits.DRAWS * 100; pair += 64) { // as chunks cut them
          int to = Math.min(ActiveUnits.DRAWS * 100, pair + 64);
          float[] some = Arrays.copyOfRange(draws, pair * 4, to * 4);
          batch.add("z", pair, FloatBuffer.wrap(some), 4);
        }
      }
    }
    assertThat(units.counts()).isEqualTo(Map.of("z", new ActiveUnits.Count(2, 4)));
    assertThat(units.counts().get("z")).hasToString("2/4");
  }

  /** Without opposite noise the two halves still differ by chance alone. */
  @Test
  void spreadOfSkewPosteriorsIsNoActivity() {
    Random random = new Random(4);
    ActiveUnits units = new ActiveUnits();
    float[] draws = new float[ActiveUnits.DRAWS * 20_000];
    for (int i = 0; i < draws.length; i++) {
      draws[i] = (float) -Math.log(1 - random.nextDouble()); // exponential, variance 1
    }
    try (ActiveUnits.Draws batch = units.draws(20_000)) {
      batch.add("z", 0, FloatBuffer.wrap(draws), 1);
    }
    assertThat(units.counts()).isEqualTo(Map.of("z", new ActiveUnits.Count(0, 1)));
  }

  @Test
  void saysNothingOfOneImage() {
    ActiveUnits units = new ActiveUnits();
    try (ActiveUnits.Draws batch = units.draws(1)) {
      batch.add("z", 0, FloatBuffer.allocate(ActiveUnits.DRAWS), 1);
    }
    assertThat(units.counts()).isEmpty();
  }
}
