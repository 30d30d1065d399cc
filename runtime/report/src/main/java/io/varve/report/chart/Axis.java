package io.varve.report.chart;

import io.varve.report.metrics.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * One axis: which values it shows and where.
 *
 * @param low the value at 0
 * @param high the value at 1
 * @param logarithmic whether equal distances are equal factors
 */
record Axis(double low, double high, boolean logarithmic) {
  /** The fraction of values on either side that may fall off an axis. */
  private static final double TAIL = 0.05;

  /** How far beyond the bulk of the values an axis reaches, in widths of the bulk. */
  private static final double REACH = 0.5;

  /** Space between the outermost value shown and the frame, as a fraction of the axis. */
  private static final double PADDING = 0.05;

  /** From this ratio on a positive quantity is better seen by factors. */
  private static final double WORTH_LOG = 30;

  /** No measured quantity varies by so many decades but by a blow-up. */
  private static final double ABSURD = 6;

  /** From zero (or a lower value, if there is one) to the largest. */
  static Axis progress(DoubleStream values) {
    double[] all = values.filter(Double::isFinite).toArray();
    double low = Math.min(0, Arrays.stream(all).min().orElse(0));
    double high = Arrays.stream(all).max().orElse(1);
    return new Axis(low, high > low ? high : low + 1, false);
  }

  /**
   * An axis for the bulk of the values, so that the first steps of training or a spike do not
   * flatten the rest; values that are not finite are ignored.
   *
   * @param kept values that must be on it, such as the last ones
   */
  static Axis robust(double[] values, double... kept) {
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    double[] must = Arrays.stream(kept).filter(Double::isFinite).toArray();
    if (sorted.length == 0) {
      return new Axis(0, 1, false);
    }
    double from = quantile(sorted, TAIL);
    double to = quantile(sorted, 1 - TAIL);
    double reach = REACH * (to - from);
    double low = Math.max(sorted[0], from - reach);
    double high = Math.min(sorted[sorted.length - 1], to + reach);
    for (double value : must) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return padded(low, high, sorted[0] >= 0);
  }

  /**
   * By factors where all values are positive and far apart; outliers are then shown unless they are
   * absurd. Otherwise as {@link #robust}.
   */
  static Axis factors(double[] values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    boolean positive = finite.length > 0 && Arrays.stream(finite).allMatch(v -> v > 0);
    if (!positive) {
      return robust(values);
    }
    double[] logs = Arrays.stream(finite).map(Math::log10).sorted().toArray();
    double decades = logs[logs.length - 1] - logs[0];
    if (decades < Math.log10(WORTH_LOG)) {
      return robust(values);
    }
    Axis log = decades > ABSURD ? robust(logs) : padded(logs[0], logs[logs.length - 1], false);
    return new Axis(Math.pow(10, log.low), Math.pow(10, log.high), true);
  }

  /** Where a value lies, 0 to 1; below or above where it is off the axis. */
  double at(double value) {
    return logarithmic
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  boolean shows(double value) {
    return value >= low && value <= high;
  }

  /** Round values on the axis, about this many. */
  List<Double> ticks(int about) {
    return logarithmic ? decades(about) : multiples(linearStep(about));
  }

  /** The label of one of the {@link #ticks}. */
  String label(double tick, int about) {
    if (!logarithmic) {
      return Numbers.tick(tick, linearStep(about));
    }
    return tick < 1e-3 || tick >= 1e5 ? Numbers.scientific(tick, 0) : Numbers.tick(tick, tick);
  }

  private List<Double> multiples(double step) {
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private List<Double> decades(int about) {
    int first = (int) Math.floor(Math.log10(low));
    int last = (int) Math.ceil(Math.log10(high));
    double[] within = last - first <= 3 ? new double[] {1, 2, 5} : new double[] {1};
    int every = Math.max(1, (int) Math.ceil((last - first) / (double) about));
    List<Double> ticks = new ArrayList<>();
    for (int decade = first; decade <= last; decade += every) {
      for (double factor : within) {
        double tick = Double.parseDouble((int) factor + "e" + decade);
        if (shows(tick)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** The smallest of 1, 2, 5 times a power of ten that gives at most so many ticks. */
  private double linearStep(int about) {
    double rough = (high - low) / about;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= rough) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static Axis padded(double low, double high, boolean positive) {
    // A flat curve gets an axis that shows it is flat.
    double width = high - low > 1e-9 * Math.abs(high) ? high - low : Math.max(Math.abs(high), 1e-6);
    double bottom = low - PADDING * width;
    return new Axis(positive && bottom < 0 ? 0 : bottom, high + PADDING * width, false);
  }

  private static double quantile(double[] sorted, double fraction) {
    double at = fraction * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
