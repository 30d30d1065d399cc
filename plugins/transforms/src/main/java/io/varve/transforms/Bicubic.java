package io.varve.transforms;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import org.pf4j.Extension;

/**
 * Downscaling by the cubic kernel of Keys (1981) with a = -½, stretched by the factor so that it
 * leaves no aliases, and renormalised where it meets an edge: [C, H, W] becomes [C, H/f, W/f].
 *
 * <p>As Pillow's BICUBIC: rows first, then columns, both rounded to levels and held within the
 * grid.
 *
 * @param factor by which height and width shrink, 2, 3 or 4; both must be multiples of it
 */
@Extension
@Named(
    value = "bicubic",
    examples = {"{}", "{factor: 4}"})
public record Bicubic(@Default("2") int factor) implements Transform {
  public Bicubic {
    if (factor < 2 || factor > 4) {
      throw new IllegalArgumentException(
          "factor: expected 2, 3 or 4, got %d; chain transforms for more".formatted(factor));
    }
  }

  @Override
  public NDArray apply(NDArray x, Space space) {
    requireMultiples(space);
    return Resampling.apply(x, space, this::weights);
  }

  @Override
  public Space space(Space x) {
    requireMultiples(x);
    Shape shape = x.shape();
    return new Space(
        new Shape(shape.get(0), shape.get(1) / factor, shape.get(2) / factor), x.levels());
  }

  private int[][] weights(int size) {
    int[][] weights = new int[size / factor][size];
    for (int to = 0; to < weights.length; to++) {
      for (int from = 0; from < size; from++) {
        // from the centre of a pixel of the result to that of a pixel, in halves of a pixel
        weights[to][from] = kernel(Math.abs((2 * from + 1) - (2 * to + 1) * factor));
      }
    }
    return weights;
  }

  /**
   * 2 s³ times the kernel at t = halves / s, s = 2 · factor, a whole number: it is 3/2 t³ - 5/2 t²
   * + 1 up to 1, and -1/2 t³ + 5/2 t² - 4 t + 2 up to 2 (Keys, 1981, equation 15).
   */
  private int kernel(int halves) {
    int s = 2 * factor;
    int squared = halves * halves;
    int cubed = squared * halves;
    if (halves < s) {
      return 3 * cubed - 5 * squared * s + 2 * s * s * s;
    }
    return halves < 2 * s ? -cubed + 5 * squared * s - 8 * halves * s * s + 4 * s * s * s : 0;
  }

  private void requireMultiples(Space x) {
    Resampling.requireImage("bicubic", x);
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    if (height % factor != 0 || width % factor != 0) {
      throw new IllegalArgumentException(
          "'bicubic' by %d needs a height and width that are multiples of %d, but the image is %d x %d; crop it or take another factor"
              .formatted(factor, factor, height, width));
    }
  }
}
