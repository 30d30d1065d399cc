package io.varve.conformance.numerics;

import io.varve.conformance.rule.NotApplicable;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * A quadrature over the real line that follows a sample: panels between quantiles, finer where
 * draws are dense, doubling in width into gaps and tails. So it resolves narrow components that lie
 * far apart, and tails that fall like a power, without knowing the density.
 *
 * @param edges of the panels, ascending
 * @param nodes where to evaluate, so many per panel
 * @param weights of the nodes
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
public record LineQuadrature(double[] edges, double[] nodes, double[] weights) {
  /** Gauss and Legendre's nodes in (0, 1) and weights, four a panel: exact to degree seven. */
  private static final double[] NODES = {
    0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263
  };

  private static final double[] WEIGHTS = {
    0.17392742256872692, 0.32607257743127305, 0.32607257743127305, 0.17392742256872692
  };

  /** Nodes per panel. */
  static final int PER_PANEL = 4;

  /** A gap so much wider than the panel beside it is parted. */
  private static final double GAP = 4;

  /**
   * Panels for a sample.
   *
   * @param draws finite, in any order
   * @param quantiles how many panels the bulk of the sample gets
   * @param doublings how far beyond the sample: 2^doublings times the width of its outmost panels
   * @throws NotApplicable if fewer than three draws differ
   */
  public static LineQuadrature of(double[] draws, int quantiles, int doublings) {
    double[] distinct = Arrays.stream(draws).sorted().distinct().toArray();
    if (distinct.length < 3) {
      throw new NotApplicable("draws do not differ at double precision");
    }
    int panels = Math.min(quantiles, distinct.length - 1);
    double[] bulk = new double[panels + 1];
    for (int i = 0; i <= panels; i++) {
      bulk[i] = distinct[(int) ((long) i * (distinct.length - 1) / panels)];
    }
    return panels(graded(bulk, doublings));
  }

  private static double[] graded(double[] bulk, int doublings) {
    int last = bulk.length - 1;
    TreeSet<Double> edges = new TreeSet<>();
    for (double edge : bulk) {
      edges.add(edge);
    }
    for (int i = 0; i < last; i++) {
      double width = bulk[i + 1] - bulk[i];
      double left = i == 0 ? width : bulk[i] - bulk[i - 1];
      double right = i + 1 == last ? width : bulk[i + 2] - bulk[i + 1];
      for (double step = left; GAP * left < width && step < width / 2; step *= 2) {
        edges.add(bulk[i] + step);
      }
      for (double step = right; GAP * right < width && step < width / 2; step *= 2) {
        edges.add(bulk[i + 1] - step);
      }
    }
    for (int i = 0; i <= doublings; i++) {
      edges.add(bulk[0] - (bulk[1] - bulk[0]) * (Math.pow(2, i) - 0.5));
      edges.add(bulk[last] + (bulk[last] - bulk[last - 1]) * (Math.pow(2, i) - 0.5));
    }
    return edges.stream().mapToDouble(e -> e).toArray();
  }

  private static LineQuadrature panels(double[] edges) {
    int count = (edges.length - 1) * PER_PANEL;
    double[] nodes = new double[count];
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      int panel = i / PER_PANEL;
      double width = edges[panel + 1] - edges[panel];
      nodes[i] = edges[panel] + NODES[i % PER_PANEL] * width;
      weights[i] = WEIGHTS[i % PER_PANEL] * width;
    }
    return new LineQuadrature(edges, nodes, weights);
  }

  /** The integral up to each edge, of a function given by its logarithm at the nodes. */
  public double[] cumulated(double[] logValues) {
    double[] sums = new double[edges.length];
    for (int i = 0; i < logValues.length; i++) {
      int panel = i / PER_PANEL;
      if (i % PER_PANEL == 0) {
        sums[panel + 1] = sums[panel];
      }
      sums[panel + 1] += weights[i] * Math.exp(logValues[i]);
    }
    return sums;
  }

  /**
   * The largest distance between a distribution function and that of a sample, at the edges of
   * panels (the statistic of Kolmogorov and Smirnov).
   */
  public double distance(double[] cumulated, double[] draws) {
    double[] sorted = draws.clone();
    Arrays.sort(sorted);
    double distance = 0;
    int below = 0;
    for (int i = 0; i < edges.length; i++) {
      while (below < sorted.length && sorted[below] <= edges[i]) {
        below++;
      }
      double share = (double) below / sorted.length;
      distance = Math.max(distance, Math.abs(share - cumulated[i]));
    }
    return distance;
  }
}
