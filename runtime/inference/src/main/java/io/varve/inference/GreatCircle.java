package io.varve.inference;

/** The great circle between two values, each taken as one vector (Shoemake, 1985). */
final class GreatCircle {
  /** Below this sine the two point the same or opposite ways, and the circle is not determined. */
  private static final double PARALLEL = 1e-4;

  private GreatCircle() {}

  /**
   * The points a part {@code t} of the way, row by row: sin((1 - t) w) / sin w a + sin(t w) / sin w
   * b for an angle w between a and b, on a straight line where w is 0 or pi.
   */
  static Tensor between(Tensor a, Tensor b, double t) {
    int rows = a.rows();
    int size = a.values().length / rows;
    float[] values = new float[a.values().length];
    for (int row = 0; row < rows; row++) {
      int from = row * size;
      double angle = angle(a.values(), b.values(), from, from + size);
      double sine = Math.sin(angle);
      boolean straight = sine < PARALLEL;
      double left = straight ? 1 - t : Math.sin((1 - t) * angle) / sine;
      double right = straight ? t : Math.sin(t * angle) / sine;
      for (int i = from; i < from + size; i++) {
        values[i] = (float) (left * a.values()[i] + right * b.values()[i]);
      }
    }
    return new Tensor(a.shape().clone(), values);
  }

  private static double angle(float[] a, float[] b, int from, int to) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = from; i < to; i++) {
      product += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    double norms = Math.sqrt(squareA * squareB);
    return norms == 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, product / norms)));
  }
}
