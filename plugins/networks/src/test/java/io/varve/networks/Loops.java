package io.varve.networks;

import java.util.Arrays;
import java.util.Map;

/** Layers on one image [C][H][W] in plain loops. */
public final class Loops {
  private Loops() {}

  public static double[][][] image(double[] flat, int channels, int height, int width) {
    double[][][] image = new double[channels][height][width];
    for (int i = 0; i < flat.length; i++) {
      image[i / (height * width)][i / width % height][i % width] = flat[i];
    }
    return image;
  }

  public static double[] flat(double[][][] image) {
    return Arrays.stream(image).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The kernel g v / |v| of a layer, [outputs][inputs * side * side]. */
  static double[][] kernel(Map<String, double[]> parameters, String name) {
    double[] v = parameters.get(name + ".v");
    double[] g = parameters.get(name + ".g");
    int each = v.length / g.length;
    double[][] kernel = new double[g.length][each];
    for (int o = 0; o < g.length; o++) {
      double square = 0;
      for (int i = 0; i < each; i++) {
        square += v[o * each + i] * v[o * each + i];
      }
      for (int i = 0; i < each; i++) {
        kernel[o][i] = g[o] * v[o * each + i] / Math.sqrt(square);
      }
    }
    return kernel;
  }

  /** A weight-normed convolution with zeros around the image. */
  static double[][][] convolve(Map<String, double[]> p, String name, double[][][] x, int side) {
    double[][] w = kernel(p, name);
    double[][][] y = new double[w.length][x[0].length][x[0][0].length];
    for (int o = 0; o < w.length; o++) {
      for (int row = 0; row < y[o].length; row++) {
        for (int column = 0; column < y[o][row].length; column++) {
          double sum = p.get(name + ".bias")[o];
          for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < side * side; k++) {
              int r = row + k / side - side / 2;
              int c = column + k % side - side / 2;
              boolean inside = r >= 0 && r < x[i].length && c >= 0 && c < x[i][r].length;
              sum += inside ? w[o][i * side * side + k] * x[i][r][c] : 0;
            }
          }
          y[o][row][column] = sum;
        }
      }
    }
    return y;
  }

  /**
   * A transposed convolution of 3 x 3, stride 2, padding 1, output padding 1, by its definition.
   */
  public static double[][][] transposed(double[][] w, double[] bias, double[][][] x) {
    int height = x[0].length;
    int width = x[0][0].length;
    double[][][] y = new double[w.length][2 * height][2 * width];
    for (int o = 0; o < w.length; o++) {
      for (double[] line : y[o]) {
        Arrays.fill(line, bias[o]);
      }
      for (int at = 0; at < x.length * height * width; at++) {
        int i = at / (height * width);
        int row = at / width % height;
        int column = at % width;
        for (int k = 0; k < 9; k++) {
          int r = 2 * row - 1 + k / 3; // each place of the input paints a window of the output
          int c = 2 * column - 1 + k % 3;
          if (r >= 0 && r < 2 * height && c >= 0 && c < 2 * width) {
            y[o][r][c] += w[o][i * 9 + k] * x[i][row][column];
          }
        }
      }
    }
    return y;
  }

  static void elu(double[][][] x) {
    for (double[][] channel : x) {
      for (double[] line : channel) {
        for (int i = 0; i < line.length; i++) {
          line[i] = line[i] > 0 ? line[i] : Math.expm1(line[i]);
        }
      }
    }
  }

  static double[][][] beside(double[][][] a, double[][][] b) {
    double[][][] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  /** The mean of each channel, [C][1][1]. */
  static double[][][] means(double[][][] x) {
    double[][][] means = new double[x.length][1][1];
    for (int c = 0; c < x.length; c++) {
      double[] flat = flat(new double[][][] {x[c]});
      means[c][0][0] = Arrays.stream(flat).average().orElseThrow();
    }
    return means;
  }
}
