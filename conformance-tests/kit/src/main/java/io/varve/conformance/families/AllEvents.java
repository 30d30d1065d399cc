package io.varve.conformance.families;

import io.varve.spi.Space;

/**
 * Every event of a small space of levels: each level of one number with each of the others, so that
 * numbers may depend on one another.
 *
 * @param count how many events
 * @param values [count, event]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
record AllEvents(Space space, int count, double[] values) {
  /** More are too many to score at many parameters. */
  static final int MOST = 4096;

  /** Whether the events of a space can be counted out. */
  static boolean few(Space space) {
    return space.levels() > 0 && Math.pow(space.levels(), (double) space.shape().size()) <= MOST;
  }

  /** The events of a space that has few. */
  static AllEvents of(Space space) {
    int size = Math.toIntExact(space.shape().size());
    int count = (int) Math.round(Math.pow(space.levels(), size));
    double[] values = new double[count * size];
    for (int cell = 0; cell < count; cell++) {
      for (int i = 0, rest = cell; i < size; i++, rest /= space.levels()) {
        values[cell * size + i] = rest % space.levels();
      }
    }
    return new AllEvents(space, count, values);
  }

  /** All events, so many times. */
  double[] repeat(int times) {
    double[] tiled = new double[values.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(values, 0, tiled, i * values.length, values.length);
    }
    return tiled;
  }

  /** How often each event occurs in a sample on the grid. */
  long[] counts(double[] draws) {
    int size = values.length / count;
    long[] counts = new long[count];
    for (int row = 0; row < draws.length / size; row++) {
      int cell = 0;
      for (int i = size - 1; i >= 0; i--) {
        cell = cell * space.levels() + (int) draws[row * size + i];
      }
      counts[cell]++;
    }
    return counts;
  }
}
