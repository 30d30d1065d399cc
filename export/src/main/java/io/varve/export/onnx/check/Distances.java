package io.varve.export.onnx.check;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How far numbers are from those expected. It is infinite where an infinity or a NaN stands in one
 * and not in the other.
 */
public final class Distances {
  private Distances() {}

  /** max |a - b| / scale. */
  public static double largest(double[] found, double[] expected, double scale) {
    return differences(found, expected).max().orElse(0) / scale;
  }

  /** mean |a - b| / scale. */
  static double mean(double[] found, double[] expected, double scale) {
    return differences(found, expected).average().orElse(0) / scale;
  }

  /** max(1, max |b|) over finite elements. */
  public static double scale(double[] expected) {
    return DoubleStream.of(expected).filter(Double::isFinite).map(Math::abs).reduce(1, Math::max);
  }

  private static DoubleStream differences(double[] found, double[] expected) {
    return IntStream.range(0, expected.length)
        .mapToDouble(
            i -> {
              if (Double.isFinite(found[i]) && Double.isFinite(expected[i])) {
                return Math.abs(found[i] - expected[i]);
              }
              return Double.compare(found[i], expected[i]) == 0 ? 0 : Double.POSITIVE_INFINITY;
            });
  }
}
