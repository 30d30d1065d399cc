package io.varve.report.picture;

import java.util.ArrayList;
import java.util.List;

/** Peak signal-to-noise ratio of pixels 0..255, decibels. */
public final class Psnr {
  private static final double PEAK = 255;

  private Psnr() {}

  /**
   * The mean over images; infinite where an image comes back exactly.
   *
   * @param originals N images, uint8, end to end
   * @param images what is to be compared with them
   * @param scalars of one image
   */
  public static double mean(byte[] originals, byte[] images, int scalars) {
    return mean(each(originals, images, scalars));
  }

  /** The mean of those of some images. */
  public static double mean(List<Double> each) {
    return each.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /**
   * That of each image: 10 log10(255^2 / mean square of the differences).
   *
   * @throws IllegalArgumentException if there are not as many of the one as of the other
   */
  public static List<Double> each(byte[] originals, byte[] images, int scalars) {
    if (originals.length != images.length || originals.length % scalars != 0) {
      throw new IllegalArgumentException(
          "PSNR: %d and %d values, expected as many, and a multiple of %d"
              .formatted(originals.length, images.length, scalars));
    }
    List<Double> ratios = new ArrayList<>();
    for (int from = 0; from < originals.length; from += scalars) {
      double squares = 0;
      for (int i = from; i < from + scalars; i++) {
        double difference = (originals[i] & 0xFF) - (images[i] & 0xFF);
        squares += difference * difference;
      }
      ratios.add(10 * Math.log10(PEAK * PEAK * scalars / squares));
    }
    return ratios;
  }
}
