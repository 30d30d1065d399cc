package io.varve.conformance.numerics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class LineQuadratureTest {
  /** What lies beyond the last draws of a component, and Gauss's rule. */
  private static final double MASS = 1e-3;

  private static final int DRAWS = 1 << 14;

  private final Random random = new Random(1);

  @Test
  void integratesNarrowComponentsFarApart() {
    double[] draws =
        random
            .doubles(DRAWS)
            .map(u -> (u < 0.3 ? -1e4 : 50) + 0.03 * random.nextGaussian())
            .toArray();
    DoubleUnaryOperator density =
        x -> 0.3 * normal((x + 1e4) / 0.03) / 0.03 + 0.7 * normal((x - 50) / 0.03) / 0.03;
    assertThat(mass(draws, density)).isCloseTo(1, within(MASS));
  }

  @Test
  void integratesTailsThatFallLikeASquare() {
    double[] draws = random.doubles(DRAWS).map(u -> Math.tan(Math.PI * (u - 0.5))).toArray();
    assertThat(mass(draws, x -> 1 / (Math.PI * (1 + x * x)))).isCloseTo(1, within(MASS));
  }

  @Test
  void seesADensityThatIsOneHundredthShort() {
    double[] draws = random.doubles(DRAWS).map(u -> random.nextGaussian()).toArray();
    assertThat(mass(draws, x -> 0.99 * normal(x))).isCloseTo(0.99, within(MASS));
  }

  @Test
  void distanceIsKolmogorovs() {
    double[] draws = random.doubles(DRAWS).map(u -> random.nextGaussian()).toArray();
    LineQuadrature line = LineQuadrature.of(draws, 512, 60);
    double[] right = line.cumulated(logs(line, LineQuadratureTest::normal));
    double[] others = random.doubles(DRAWS).map(u -> random.nextGaussian()).toArray();
    assertThat(line.distance(right, others)).isLessThan(Significance.kolmogorov(DRAWS));
    double[] wider = Arrays.stream(others).map(x -> 1.2 * x).toArray();
    // the largest distance of two normals' distribution functions, deviations 1 and 1.2
    assertThat(line.distance(right, wider)).isCloseTo(0.044, within(0.01));
  }

  @Test
  void thresholdsAreExceededOnceInAMillion() {
    double distance = Significance.kolmogorov(1);
    assertThat(2 * Math.exp(-2 * distance * distance))
        .isCloseTo(1e-6, within(1e-9)); // the series' first term
    for (int half : new int[] {1, 5, 50}) {
      double x = Significance.chiSquared(2 * half) / 2;
      double term =
          Math.exp(-x); // χ² of even degrees exceeds 2x as a Poisson variable of mean x is small
      double tail = term;
      for (int i = 1; i < half; i++) {
        term *= x / i;
        tail += term;
      }
      assertThat(tail).isBetween(1e-7, 2e-6); // Wilson and Hilferty's is no more than near
    }
  }

  @Test
  void rareCellsCountTogether() {
    double[] masses = {0.5, 0.4999, 5e-5, 5e-5};
    assertThat(Significance.frequencies(new long[] {5000, 4999, 1, 0}, masses)).isTrue();
    assertThat(Significance.frequencies(new long[] {4900, 4950, 100, 50}, masses)).isFalse();
    assertThat(Significance.frequencies(new long[] {5400, 4600, 0, 0}, masses)).isFalse();
  }

  private static double mass(double[] draws, DoubleUnaryOperator density) {
    LineQuadrature line = LineQuadrature.of(draws, 512, 60);
    double[] cumulated = line.cumulated(logs(line, density));
    return cumulated[cumulated.length - 1];
  }

  private static double[] logs(LineQuadrature line, DoubleUnaryOperator density) {
    return Arrays.stream(line.nodes()).map(density).map(Math::log).toArray();
  }

  private static double normal(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
