package io.varve.transforms;

import ai.djl.ndarray.NDArray;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.Optional;
import org.pf4j.Extension;

/**
 * Convolution with a Gaussian cut off at a radius, rows first, then columns, each rounded to the
 * nearest level; beyond its edges an image goes on as the pixel at the edge.
 *
 * @param sigma the deviation of the Gaussian in pixels, above 0 and at most 16
 * @param radius how many pixels to either side are read, at least 1; three deviations if absent
 */
@Extension
@Named(
    value = "gaussian-blur",
    examples = {"{}", "{sigma: 2.5}", "{sigma: 0.8, radius: 1}"})
public record GaussianBlur(@Default("1") double sigma, Optional<Integer> radius)
    implements Transform {
  private static final int ONE = 1 << 13; // times 255 it is the largest sum below 2^21

  public GaussianBlur {
    if (!(sigma > 0 && sigma <= 16)) {
      throw new IllegalArgumentException(
          "sigma: expected a deviation above 0 and at most 16 pixels, got %s".formatted(sigma));
    }
    if (radius.isPresent() && (radius.get() < 1 || radius.get() > 64)) {
      throw new IllegalArgumentException(
          "radius: expected 1 to 64 pixels, got %d".formatted(radius.get()));
    }
  }

  @Override
  public NDArray apply(NDArray x, Space space) {
    return Resampling.apply(x, space, this::weights);
  }

  @Override
  public Space space(Space x) {
    Resampling.requireImage("gaussian-blur", x);
    return x;
  }

  private int[][] weights(int size) {
    int[] kernel = kernel();
    int reach = kernel.length / 2;
    int[][] weights = new int[size][size];
    for (int to = 0; to < size; to++) {
      for (int i = 0; i < kernel.length; i++) {
        int from = Math.min(Math.max(to + i - reach, 0), size - 1);
        weights[to][from] += kernel[i];
      }
    }
    return weights;
  }

  /** The Gaussian in whole numbers that sum to {@link #ONE}, its running sums rounded. */
  private int[] kernel() {
    int reach = radius.orElseGet(() -> (int) Math.ceil(3 * sigma));
    double[] density = new double[2 * reach + 1];
    double total = 0;
    for (int i = 0; i < density.length; i++) {
      double deviations = (i - reach) / sigma;
      density[i] = Math.exp(-deviations * deviations / 2);
      total += density[i];
    }
    int[] kernel = new int[density.length];
    double sum = 0;
    int given = 0;
    for (int i = 0; i < kernel.length; i++) {
      sum += density[i];
      int upTo = (int) Math.round(ONE * sum / total);
      kernel[i] = upTo - given;
      given = upTo;
    }
    return kernel;
  }
}
