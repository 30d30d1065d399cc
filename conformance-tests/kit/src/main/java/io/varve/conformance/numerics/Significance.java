package io.varve.conformance.numerics;

import java.util.Arrays;

/**
 * Thresholds of statistics. A right component fails one time in a million. Seeds are fixed: a
 * component that passes once passes always.
 */
public final class Significance {
  /** Standard errors: a normal variable is farther from its mean with a probability of 6e-7. */
  public static final double SIGMAS = 5;

  /** The quantile of N(0, 1) above which a millionth lies. */
  private static final double MILLIONTH = 4.7534;

  private static final double FALSE_ALARM = 1e-6;

  private Significance() {}

  /** A sample's mean and its standard error. */
  public record Mean(double value, double error) {
    /** The mean of a sample of two numbers or more. */
    public static Mean of(double[] sample) {
      double mean = Arrays.stream(sample).average().orElseThrow();
      double squares = Arrays.stream(sample).map(x -> (x - mean) * (x - mean)).sum();
      return new Mean(mean, Math.sqrt(squares / (sample.length - 1.0) / sample.length));
    }

    /** Whether the expectation may be this, up to rounding. */
    public boolean agrees(double expected, double rounding) {
      return Math.abs(value - expected) <= SIGMAS * error + rounding;
    }
  }

  /** The statistic of Kolmogorov and Smirnov that a millionth of samples exceeds. */
  public static double kolmogorov(int samples) {
    return Math.sqrt(-Math.log(FALSE_ALARM / 2) / 2 / samples);
  }

  /** The quantile of χ² above which a millionth lies (Wilson and Hilferty, 1931). */
  static double chiSquared(int degrees) {
    double ninths = 2.0 / (9.0 * degrees);
    return degrees * Math.pow(1 - ninths + MILLIONTH * Math.sqrt(ninths), 3);
  }

  /**
   * Whether counts may come from these probabilities, by Pearson's χ²; cells that expect fewer than
   * five are taken together.
   */
  public static boolean frequencies(long[] counts, double[] probabilities) {
    double total = Arrays.stream(counts).sum();
    double statistic = 0;
    int cells = 0;
    double rareExpected = 0;
    double rare = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = total * probabilities[i];
      if (expected < 5) {
        rareExpected += expected;
        rare += counts[i];
      } else {
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        cells++;
      }
    }
    if (rareExpected >= 5) {
      statistic += (rare - rareExpected) * (rare - rareExpected) / rareExpected;
      cells++;
    } else if (rare > 25) { // of a Poisson variable of mean 5: 1e-10
      return false;
    }
    // rounding of masses in single precision moves an expected count of thousands by less
    return cells < 2 ? statistic < 1 : statistic <= chiSquared(cells - 1);
  }
}
