package io.varve.model;

import static io.varve.model.Gauss.solve;

import java.util.ArrayList;
import java.util.List;

/**
 * Equation 3 of Apostolopoulou et al. (2021) with linear maps and one number a level, in double
 * precision: ε_l = slope_l z_{l-1} + deviation_l n, z_l = shift_l + pull_l z_{l-1} + stretch_l ε_l,
 * x = W z + NOISE n. Every variable is a row of coefficients of independent standard normals, a
 * constant last.
 */
final class GaussianChain {
  static final double NOISE = 0.4;
  static final double[] SLOPE = {0, 0.6, -0.5};
  static final double[] DEVIATION = {1, 0.8, 0.7};
  static final double[] PULL = {0, 0.9, 0.7};
  static final double[] SHIFT = {0.1, -0.2, 0.3};

  /** Encoded; the stretch is softplus(elu(.)) of it. */
  static final double[] STRETCH = {0.3, 0.5, -0.2};

  final List<double[]> epsilons = new ArrayList<>();
  final List<double[]> zs = new ArrayList<>();
  final List<double[]> xs = new ArrayList<>();

  /**
   * A chain.
   *
   * @param w a row for every number of x, an entry for every latent
   */
  GaussianChain(int levels, double[][] w) {
    int size = levels + w.length + 1;
    for (int l = 0; l < levels; l++) {
      double[] before = l == 0 ? new double[size] : zs.get(l - 1);
      double[] epsilon = scaled(before, SLOPE[l]);
      epsilon[l] += DEVIATION[l];
      double[] z = sum(scaled(before, PULL[l]), scaled(epsilon, stretch(l)));
      z[size - 1] += SHIFT[l];
      epsilons.add(epsilon);
      zs.add(z);
    }
    for (int i = 0; i < w.length; i++) {
      double[] x = new double[size];
      for (int l = 0; l < levels; l++) {
        x = sum(x, scaled(zs.get(l), w[i][l]));
      }
      x[levels + i] = NOISE;
      xs.add(x);
    }
  }

  static double stretch(int l) {
    double s = STRETCH[l];
    return Math.log1p(Math.exp(s > 0 ? s : Math.exp(s) - 1));
  }

  private static double[] scaled(double[] row, double factor) {
    double[] scaled = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      scaled[i] = row[i] * factor;
    }
    return scaled;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  static double mean(double[] row) {
    return row[row.length - 1];
  }

  static double covariance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length - 1; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[][] covariance(List<double[]> rows) {
    double[][] c = new double[rows.size()][rows.size()];
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < c.length; j++) {
        c[i][j] = covariance(rows.get(i), rows.get(j));
      }
    }
    return c;
  }

  /** log p(x). */
  double logLikelihood(double[] x) {
    double[] means = xs.stream().mapToDouble(GaussianChain::mean).toArray();
    return Gauss.logDensity(x, means, covariance(xs));
  }

  /** E(target | reads) = intercept + slopes · reads, and the variance around it. */
  static final class Regression {
    final double[] slopes;
    final double intercept;
    final double variance;

    Regression(double[] slopes, double intercept, double variance) {
      this.slopes = slopes;
      this.intercept = intercept;
      this.variance = variance;
    }
  }

  static Regression regression(double[] target, List<double[]> reads) {
    double[] cross = reads.stream().mapToDouble(read -> covariance(target, read)).toArray();
    double[] slopes = solve(covariance(reads), cross);
    double intercept = mean(target);
    double variance = covariance(target, target);
    for (int i = 0; i < slopes.length; i++) {
      intercept -= slopes[i] * mean(reads.get(i));
      variance -= slopes[i] * cross[i];
    }
    return new Regression(slopes, intercept, variance);
  }

  /** The precision of ε given x. */
  double[][] posteriorPrecision() {
    int n = epsilons.size();
    double[][] rest = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] slopes = regression(epsilons.get(i), xs).slopes;
      for (int j = 0; j < n; j++) {
        rest[i][j] = covariance(epsilons.get(i), epsilons.get(j));
        for (int k = 0; k < slopes.length; k++) {
          rest[i][j] -= slopes[k] * covariance(xs.get(k), epsilons.get(j));
        }
      }
    }
    double[][] precision = new double[n][];
    for (int i = 0; i < n; i++) {
      double[] unit = new double[n];
      unit[i] = 1;
      precision[i] = solve(rest, unit);
    }
    return precision;
  }
}
