package io.varve.report.metrics;

/**
 * An average and how far chance may have moved it.
 *
 * @param value the mean
 * @param error its standard error: the deviation of what was averaged over the root of the count;
 *     NaN of fewer than two numbers
 */
public record Estimate(double value, double error) {
  /** Of these numbers. */
  public static Estimate of(double[] values) {
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      double step = values[i] - mean;
      mean += step / (i + 1);
      squares += step * (values[i] - mean);
    }
    int n = values.length;
    return new Estimate(mean, n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1.0) / n));
  }

  /** The mean, and its error where there is one. */
  public String words() {
    return Numbers.value(value) + (Double.isNaN(error) ? "" : " \u00B1 " + Numbers.value(error));
  }
}
