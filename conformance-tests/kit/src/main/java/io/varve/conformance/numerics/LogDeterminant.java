package io.varve.conformance.numerics;

/** The logarithm of the absolute value of a determinant. */
public final class LogDeterminant {
  private LogDeterminant() {}

  /** log|det| by elimination with partial pivoting; minus infinity for a singular matrix. */
  public static double of(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      for (int row = i + 1; row < m.length; row++) {
        if (Math.abs(m[row][i]) > Math.abs(m[i][i])) {
          double[] pivot = m[row];
          m[row] = m[i];
          m[i] = pivot;
        }
      }
      sum += Math.log(Math.abs(m[i][i]));
      for (int row = i + 1; row < m.length && m[i][i] != 0; row++) {
        double factor = m[row][i] / m[i][i];
        for (int column = i; column < m.length; column++) {
          m[row][column] -= factor * m[i][column];
        }
      }
    }
    return sum;
  }
}
