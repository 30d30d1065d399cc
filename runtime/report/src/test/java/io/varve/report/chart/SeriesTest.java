package io.varve.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.report.chart.Series.Bucket;
import io.varve.report.chart.Series.Sample;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final double ROUNDING = 1e-9;

  @Test
  void keepsFewSamplesAsTheyAre() {
    assertThat(series(1, 2, 3).buckets(10))
        .containsExactly(new Bucket(0, 1, 1, 1), new Bucket(1, 2, 2, 2), new Bucket(2, 3, 3, 3));
  }

  @Test
  void gathersManySamples() {
    Series series = series(IntStream.range(0, 1000).mapToDouble(i -> i % 10).toArray());
    List<Bucket> buckets = series.buckets(100);
    assertThat(buckets).hasSize(100);
    assertThat(buckets.get(3).mean()).isCloseTo(4.5, within(ROUNDING));
    assertThat(buckets.get(3).low()).isZero();
    assertThat(buckets.get(3).high()).isEqualTo(9);
    assertThat(buckets.get(3).x()).isCloseTo(34.5, within(ROUNDING));
  }

  @Test
  void leavesAGapWhereAValueIsNotFinite() {
    Series series = series(1, Double.NaN, 3, Double.POSITIVE_INFINITY);
    assertThat(series.buckets(4))
        .extracting(b -> Double.isNaN(b.mean()))
        .containsExactly(false, true, false, true);
    assertThat(series.last()).isEqualTo(3);
    assertThat(series(Double.NaN).last()).isNaN();
  }

  private static Series series(double... values) {
    return new Series(
        "s",
        IntStream.range(0, values.length).mapToObj(i -> new Sample(i, values[i], i, i)).toList());
  }
}
