package io.varve.model;

/** Gaussians over vectors in double precision, written out: the oracle of the executor's tests. */
final class Gauss {
  private Gauss() {}

  static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  static double[] times(double[][] a, double[] x) {
    double[] product = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < x.length; j++) {
        product[i] += a[i][j] * x[j];
      }
    }
    return product;
  }

  static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  /** a aᵀ + noise I. */
  static double[][] covariance(double[][] a, double noise) {
    double[][] c = times(a, transposed(a));
    for (int i = 0; i < c.length; i++) {
      c[i][i] += noise;
    }
    return c;
  }

  static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  /** log N(x; mean, covariance), by Gaussian elimination. */
  static double logDensity(double[] x, double[] mean, double[][] covariance) {
    int n = x.length;
    double[] d = minus(x, mean);
    double[] s = solve(covariance, d);
    double square = 0;
    for (int i = 0; i < n; i++) {
      square += d[i] * s[i];
    }
    return -0.5 * (square + Math.log(determinant(covariance)) + n * Math.log(2 * Math.PI));
  }

  /** log N(x; mean, deviation²), independent over the entries. */
  static double logDensity(double[] x, double[] mean, double[] deviation) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double e = (x[i] - mean[i]) / deviation[i];
      sum -= 0.5 * e * e + Math.log(deviation[i]) + 0.5 * Math.log(2 * Math.PI);
    }
    return sum;
  }

  static double determinant(double[][] a) {
    double[][] m = eliminated(a, new double[a.length]);
    double product = 1;
    for (int i = 0; i < m.length; i++) {
      product *= m[i][i];
    }
    return product;
  }

  static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    double[][] m = eliminated(a, b);
    double[] x = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      double sum = m[i][n];
      for (int j = i + 1; j < n; j++) {
        sum -= m[i][j] * x[j];
      }
      x[i] = sum / m[i][i];
    }
    return x;
  }

  /** [a | b] as an upper triangle; a is symmetric positive definite, so no pivot is zero. */
  private static double[][] eliminated(double[][] a, double[] b) {
    int n = a.length;
    double[][] m = new double[n][n + 1];
    for (int i = 0; i < n; i++) {
      System.arraycopy(a[i], 0, m[i], 0, n);
      m[i][n] = b[i];
    }
    for (int k = 0; k < n; k++) {
      for (int i = k + 1; i < n; i++) {
        double factor = m[i][k] / m[k][k];
        for (int j = k; j <= n; j++) {
          m[i][j] -= factor * m[k][j];
        }
      }
    }
    return m;
  }
}
