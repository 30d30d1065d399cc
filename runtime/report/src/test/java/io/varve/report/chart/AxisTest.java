package io.varve.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AxisTest {
  /** Positions are a few operations on doubles. */
  private static final double ROUNDING = 1e-9;

  @Test
  void keepsAnEarlyPlungeFromFlatteningTheRest() {
    double[] curve =
        IntStream.range(0, 1000).mapToDouble(i -> -100 - 1e4 * Math.exp(-i / 5.0)).toArray();
    curve[500] = -1e9;
    curve[501] = Double.NaN;
    Axis scale = Axis.robust(curve, curve[999]);
    assertThat(scale.low()).isGreaterThan(-150);
    assertThat(scale.shows(-100)).isTrue();
  }

  @Test
  void showsAllOfAFewValues() {
    Axis scale = Axis.robust(new double[] {-200, -130, -120, -115}, -115);
    assertThat(scale.shows(-200)).isTrue();
    assertThat(scale.shows(-115)).isTrue();
  }

  @Test
  void keepsWhatMustBeShown() {
    Axis scale = Axis.robust(new double[] {5, 5.1, 5.2}, 0, 9);
    assertThat(scale.low()).isZero(); // Positive values: nothing below zero.
    assertThat(scale.shows(9)).isTrue();
  }

  @Test
  void showsFlatAndEmptyCurves() {
    for (double value : new double[] {0, -3, 7e-9, 1e12}) {
      Axis scale = Axis.robust(new double[] {value, value});
      assertThat(scale.low()).isLessThanOrEqualTo(value);
      assertThat(scale.high()).isGreaterThan(value);
      assertThat(scale.ticks(5)).isNotEmpty();
    }
    assertThat(Axis.robust(new double[] {Double.NaN, Double.POSITIVE_INFINITY}))
        .isEqualTo(new Axis(0, 1, false));
  }

  @Test
  void usesFactorsWhereValuesAreFarApart() {
    Axis scale = Axis.factors(new double[] {1, 10, 1000});
    assertThat(scale.logarithmic()).isTrue();
    assertThat(scale.at(100) - scale.at(10))
        .isCloseTo(scale.at(10) - scale.at(1), within(ROUNDING));
    assertThat(Axis.factors(new double[] {10, 20, 30}).logarithmic()).isFalse();
    assertThat(Axis.factors(new double[] {0, 10, 1000}).logarithmic()).isFalse();
    double[] blowUp = new double[200];
    Arrays.fill(blowUp, 12);
    blowUp[3] = 1e30;
    assertThat(Axis.factors(blowUp).high()).isLessThan(1e3);
  }

  @Test
  void hasRoundDistinctTicksOnAnyAxis() {
    Random random = new Random(3);
    for (int trial = 0; trial < 2000; trial++) {
      double low = random.nextGaussian() * Math.pow(10, random.nextInt(12) - 5);
      double width = Math.pow(10, random.nextInt(9) - 4 + random.nextDouble());
      Axis scale = new Axis(low, low + Math.max(width, Math.abs(low) * 1e-3), false);
      List<Double> ticks = scale.ticks(6);
      assertThat(ticks).hasSizeBetween(2, 7);
      assertThat(ticks).allMatch(t -> scale.at(t) > -ROUNDING && scale.at(t) < 1 + ROUNDING);
    }
    assertThat(new Axis(-139, -90, false).ticks(6))
        .containsExactly(-130.0, -120.0, -110.0, -100.0, -90.0);
    assertThat(new Axis(0.5, 3000, true).ticks(6)).containsExactly(1.0, 10.0, 100.0, 1000.0);
    assertThat(new Axis(4, 60, true).ticks(6)).containsExactly(5.0, 10.0, 20.0, 50.0);
  }

  @Test
  void labelsTicksDistinctly() {
    for (Axis scale :
        List.of(
            new Axis(0, 20, false),
            new Axis(-0.4, 0.2, false),
            new Axis(0, 9e-4, false),
            new Axis(0.999, 0.9995, false),
            new Axis(0, 250_000, false),
            new Axis(-7123, -7004, false),
            new Axis(-20_412.5, -20_411.9, false),
            new Axis(0, 3e7, false),
            new Axis(1e-6, 1e-3, true))) {
      List<String> labels = scale.ticks(6).stream().map(t -> scale.label(t, 6)).toList();
      assertThat(new HashSet<>(labels)).as("%s", labels).hasSameSizeAs(labels);
    }
    assertThat(new Axis(0, 250_000, false).label(50_000, 6)).isEqualTo("50k");
    assertThat(new Axis(-1, 0, false).label(-0.2, 6)).isEqualTo("\u22120.2");
    assertThat(new Axis(0, 9e-4, false).label(2e-4, 6)).isEqualTo("2e\u22124");
  }
}
