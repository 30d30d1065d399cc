package io.varve.conformance.numerics;

/**
 * A quadrature over the plane that follows a sample: the product of two {@link LineQuadrature}s
 * along the axes in which the sample is uncorrelated, so that a narrow ridge lies along one of
 * them.
 *
 * @param nodes [count, 2]
 * @param weights [count], each with the area that the change of axes gives it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
public record PlaneQuadrature(double[] nodes, double[] weights) {
  private static final int PANELS = 32;
  private static final int DOUBLINGS = 8;

  /** Panels for a sample, [count, 2]. */
  public static PlaneQuadrature of(double[] draws) {
    int count = draws.length / 2;
    double[] mean = new double[2];
    for (int i = 0; i < draws.length; i++) {
      mean[i % 2] += draws[i] / count;
    }
    double[] spread = new double[3]; // xx, xy, yy
    for (int i = 0; i < count; i++) {
      double x = draws[2 * i] - mean[0];
      double y = draws[2 * i + 1] - mean[1];
      spread[0] += x * x / count;
      spread[1] += x * y / count;
      spread[2] += y * y / count;
    }
    // Cholesky: x = a u, y = b u + c v
    double a = Math.sqrt(spread[0]);
    double b = spread[1] / a;
    double c = Math.sqrt(spread[2] - b * b);
    double[] u = new double[count];
    double[] v = new double[count];
    for (int i = 0; i < count; i++) {
      u[i] = (draws[2 * i] - mean[0]) / a;
      v[i] = (draws[2 * i + 1] - mean[1] - b * u[i]) / c;
    }
    LineQuadrature us = LineQuadrature.of(u, PANELS, DOUBLINGS);
    LineQuadrature vs = LineQuadrature.of(v, PANELS, DOUBLINGS);
    return product(us, vs, mean, new double[] {a, b, c});
  }

  private static PlaneQuadrature product(
      LineQuadrature us, LineQuadrature vs, double[] mean, double[] axes) {
    int columns = vs.nodes().length;
    double[] nodes = new double[2 * us.nodes().length * columns];
    double[] weights = new double[us.nodes().length * columns];
    for (int k = 0; k < weights.length; k++) {
      int i = k / columns;
      int j = k % columns;
      nodes[2 * k] = mean[0] + axes[0] * us.nodes()[i];
      nodes[2 * k + 1] = mean[1] + axes[1] * us.nodes()[i] + axes[2] * vs.nodes()[j];
      weights[k] = us.weights()[i] * vs.weights()[j] * axes[0] * axes[2];
    }
    return new PlaneQuadrature(nodes, weights);
  }

  /** The integral of a function given by its logarithm at the nodes. */
  public double integral(double[] logValues) {
    double sum = 0;
    for (int i = 0; i < logValues.length; i++) {
      sum += weights[i] * Math.exp(logValues[i]);
    }
    return sum;
  }
}
