package io.varve.training.data.drawn;

/**
 * A square of pixels and a round pen. Ink falls off over the pen's soft edge with the distance from
 * the line: exact, antialiased, and plain arithmetic, so the same wherever it runs (Java2D's
 * rasteriser changes between JDKs).
 */
final class Canvas {
  private static final int SEGMENTS = 12;

  private final int size;
  private final double radius;
  private final double edge;
  private final double ink;
  private final double[] coverage;

  /** A pen of this half-width and edge in pixels, and ink of this strength, 0 to 1. */
  Canvas(int size, double radius, double edge, double ink) {
    this.size = size;
    this.radius = radius;
    this.edge = edge;
    this.ink = ink;
    this.coverage = new double[size * size];
  }

  /** Draws the cubic Bezier curves p0 c c p1 c c p2 ..., given as x, y, x, y, ... in pixels. */
  void curve(double[] points) {
    for (int at = 0; at + 7 < points.length; at += 6) {
      double x = points[at];
      double y = points[at + 1];
      for (int s = 1; s <= SEGMENTS; s++) {
        double t = (double) s / SEGMENTS;
        double nextX = bezier(points, at, t);
        double nextY = bezier(points, at + 1, t);
        line(x, y, nextX, nextY);
        x = nextX;
        y = nextY;
      }
    }
  }

  private static double bezier(double[] p, int at, double t) {
    double u = 1 - t;
    return u * u * (u * p[at] + 3 * t * p[at + 2]) + t * t * (3 * u * p[at + 4] + t * p[at + 6]);
  }

  private void line(double x0, double y0, double x1, double y1) {
    double reach = radius + edge / 2;
    int top = (int) Math.max(0, Math.min(y0, y1) - reach);
    int bottom = (int) Math.min(size - 1.0, Math.max(y0, y1) + reach);
    int left = (int) Math.max(0, Math.min(x0, x1) - reach);
    int right = (int) Math.min(size - 1.0, Math.max(x0, x1) + reach);
    double dx = x1 - x0;
    double dy = y1 - y0;
    double squared = Math.max(dx * dx + dy * dy, Double.MIN_NORMAL);
    for (int row = top; row <= bottom; row++) {
      for (int column = left; column <= right; column++) {
        double px = column + 0.5 - x0;
        double py = row + 0.5 - y0;
        double along = Math.max(0, Math.min(1, (px * dx + py * dy) / squared));
        double away = distance(px - along * dx, py - along * dy);
        double covered = Math.max(0, Math.min(1, (reach - away) / edge));
        int pixel = row * size + column;
        coverage[pixel] = Math.max(coverage[pixel], covered);
      }
    }
  }

  /** Not hypot, whose last bit may differ between platforms; sqrt is exactly rounded. */
  private static double distance(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }

  /** What has been drawn, 0 to 255, row by row. */
  byte[] pixels() {
    byte[] pixels = new byte[coverage.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.round(255 * ink * coverage[i]);
    }
    return pixels;
  }
}
