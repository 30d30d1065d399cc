package io.varve.inference.image;

/**
 * Resizes planes by cubic convolution (Keys, 1981, a = -1/2), the kernel widened by the factor of a
 * reduction, so that it averages areas then and does not alias.
 */
public final class CubicResampling {
  private static final double SUPPORT = 2;

  private final Axis vertical;
  private final Axis horizontal;

  /** Square planes, from {@code from x from} pixels to {@code to x to}. */
  public CubicResampling(int from, int to) {
    this(from, from, to, to);
  }

  /**
   * From planes of so many pixels to planes of so many others.
   *
   * @param height of the planes resized
   * @param width of the planes resized
   * @param toHeight of the results
   * @param toWidth of the results
   */
  public CubicResampling(int height, int width, int toHeight, int toWidth) {
    this.vertical = new Axis(height, toHeight);
    this.horizontal = new Axis(width, toWidth);
  }

  /** The weights of the old pixels in each new one, along one axis. */
  private static final class Axis {
    private final int from;
    private final int to;
    private final int[] first;
    private final float[][] weights;

    Axis(int from, int to) {
      this.from = from;
      this.to = to;
      this.first = new int[to];
      this.weights = new float[to][];
      double scale = (double) from / to;
      double widening = Math.max(1, scale);
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale - 0.5;
        int low = (int) Math.max(0, Math.ceil(centre - SUPPORT * widening));
        int high = (int) Math.min(from - 1.0, Math.floor(centre + SUPPORT * widening));
        first[i] = low;
        weights[i] = weights(centre, widening, low, high);
      }
    }

    private static float[] weights(double centre, double widening, int low, int high) {
      float[] weights = new float[high - low + 1];
      double sum = 0;
      for (int j = low; j <= high; j++) {
        double weight = cubic(Math.abs(j - centre) / widening);
        weights[j - low] = (float) weight;
        sum += weight;
      }
      for (int j = 0; j < weights.length; j++) {
        weights[j] /= (float) sum;
      }
      return weights;
    }

    private static double cubic(double t) {
      if (t < 1) {
        return (1.5 * t - 2.5) * t * t + 1;
      }
      return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
    }
  }

  /**
   * Resizes the plane that starts at {@code in[at]} to the one that starts at {@code out[into]}.
   */
  public void apply(byte[] in, int at, byte[] out, int into) {
    float[] resized = new float[vertical.to * horizontal.to];
    apply(in, at, resized, 0);
    for (int i = 0; i < resized.length; i++) {
      out[into + i] = (byte) Math.round(resized[i]);
    }
  }

  /** As to bytes, held within 0..255 but not rounded. */
  public void apply(byte[] in, int at, float[] out, int into) {
    float[] rows = new float[vertical.from * horizontal.to]; // along rows, then along columns
    for (int y = 0; y < vertical.from; y++) {
      for (int x = 0; x < horizontal.to; x++) {
        int first = at + y * horizontal.from + horizontal.first[x];
        float sum = 0;
        for (int j = 0; j < horizontal.weights[x].length; j++) {
          sum += horizontal.weights[x][j] * (in[first + j] & 0xff);
        }
        rows[y * horizontal.to + x] = sum;
      }
    }
    for (int y = 0; y < vertical.to; y++) {
      for (int x = 0; x < horizontal.to; x++) {
        float sum = 0;
        for (int j = 0; j < vertical.weights[y].length; j++) {
          sum += vertical.weights[y][j] * rows[(vertical.first[y] + j) * horizontal.to + x];
        }
        out[into + y * horizontal.to + x] = Math.max(0, Math.min(255, sum));
      }
    }
  }
}
