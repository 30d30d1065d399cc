package io.varve.report.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DivergenceTest {
  /** Doubles of a few operations. */
  private static final double ROUNDING = 1e-12;

  /** Two coins, fair and bent: p = (1/2, 1/2), q = (1/4, 3/4), an event of each side. */
  @Test
  void countsBits() {
    double half = Math.log(0.5);
    double[] model = {Math.log(0.25), Math.log(0.75)};
    Divergence d = Divergence.of(-half, new double[] {half, half}, model);
    double needed = (2 - Math.log(0.75) / Math.log(2)) / 2;
    assertThat(d.entropy()).isCloseTo(1, within(ROUNDING));
    assertThat(d.crossEntropy().value()).isCloseTo(needed, within(ROUNDING));
    assertThat(d.kl().value()).isCloseTo(needed - 1, within(ROUNDING));
    assertThat(d.kl().error()).isCloseTo(Math.log(3) / Math.log(2) / 2, within(ROUNDING));
  }

  @Test
  void isZeroOfTheDensityItself() {
    double[] density = {-3, -1, -2};
    Divergence d = Divergence.of(2, density, density);
    assertThat(d.kl()).isEqualTo(new Estimate(0, 0));
    assertThat(d.crossEntropy().error()).isPositive();
  }
}
