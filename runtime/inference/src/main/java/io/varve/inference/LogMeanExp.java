package io.varve.inference;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** The log of the mean of exp(w) over samples, for each row, without overflow. */
final class LogMeanExp {
  private final double[] largest;
  private final double[] sum;

  LogMeanExp(int rows) {
    this.largest = new double[rows];
    this.sum = new double[rows];
    Arrays.fill(largest, Double.NEGATIVE_INFINITY);
  }

  /** Adds weights of successive pairs, the first at index {@code from}; rows change fastest. */
  void add(long from, FloatBuffer weights) {
    for (int i = 0; i < weights.limit(); i++) {
      int row = (int) ((from + i) % sum.length);
      double weight = weights.get(i);
      if (weight > largest[row]) {
        sum[row] = sum[row] * Math.exp(largest[row] - weight) + 1;
        largest[row] = weight;
      } else if (weight != Double.NEGATIVE_INFINITY) { // which adds nothing
        sum[row] += Math.exp(weight - largest[row]);
      }
    }
  }

  double[] values(int samples) {
    double[] values = new double[sum.length];
    Arrays.setAll(values, row -> largest[row] + Math.log(sum[row]) - Math.log(samples));
    return values;
  }
}
