package io.varve.report.chart;

import io.varve.report.metrics.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A named curve, samples in order of x. */
record Series(String name, List<Sample> samples) {
  /**
   * One value of a curve.
   *
   * @param x the place on the axis, one of the two that follow
   */
  record Sample(double x, double y, double epoch, long step) {
    /** The place in words. */
    String when() {
      return "epoch " + Numbers.fixed(epoch, 2) + ", step " + Numbers.count(step);
    }
  }

  /**
   * Samples that share a piece of the x axis: many samples are drawn as the band from lowest to
   * highest and the line of their means. All three are NaN where a sample is not finite.
   */
  record Bucket(double x, double low, double mean, double high) {}

  Series {
    samples = List.copyOf(samples);
  }

  /** The values, in order. */
  double[] values() {
    return samples.stream().mapToDouble(Sample::y).toArray();
  }

  /** The last finite value; NaN where there is none. */
  double last() {
    double[] values = values();
    for (int i = values.length - 1; i >= 0; i--) {
      if (Double.isFinite(values[i])) {
        return values[i];
      }
    }
    return Double.NaN;
  }

  boolean constant() {
    return samples.stream().mapToDouble(Sample::y).distinct().count() <= 1;
  }

  /** At most so many buckets of equally many samples. */
  List<Bucket> buckets(int limit) {
    int size = Math.max(1, (samples.size() + limit - 1) / limit);
    List<Bucket> buckets = new ArrayList<>();
    for (int start = 0; start < samples.size(); start += size) {
      List<Sample> part = samples.subList(start, Math.min(samples.size(), start + size));
      boolean finite = part.stream().allMatch(s -> Double.isFinite(s.y()));
      buckets.add(
          new Bucket(
              mean(part, Sample::x),
              finite ? part.stream().mapToDouble(Sample::y).min().orElseThrow() : Double.NaN,
              finite ? mean(part, Sample::y) : Double.NaN,
              finite ? part.stream().mapToDouble(Sample::y).max().orElseThrow() : Double.NaN));
    }
    return buckets;
  }

  private static double mean(List<Sample> samples, ToDoubleFunction<Sample> value) {
    return samples.stream().mapToDouble(value).average().orElseThrow();
  }
}
