package io.varve.report.picture;

import java.awt.image.BufferedImage;

/**
 * A batch of images ready to be drawn, shape [N, C, H, W], scaled to 0..255. One channel is grey,
 * three are red, green and blue.
 */
public final class PictureBatch {
  private static final int WHITE = 255;

  private final Size size;
  private final byte[] values;

  private PictureBatch(Size size, byte[] values) {
    this.size = size;
    this.values = values;
  }

  /**
   * The shape and grid that all images of a batch have.
   *
   * @param channels 1 or 3
   * @param height in pixels
   * @param width in pixels
   * @param levels values are 0, 1, ..., levels - 1; 0 means real numbers, of which the batch's
   *     smallest is drawn black and its largest white
   */
  public record Size(int channels, int height, int width, int levels) {
    /**
     * Validates.
     *
     * @throws IllegalArgumentException if no image has such a size
     */
    public Size {
      if (channels != 1 && channels != 3) {
        throw new IllegalArgumentException(
            "images: %d channels; only 1 or 3 can be drawn. Draw the channels one by one."
                .formatted(channels));
      }
      if (height < 1 || width < 1) {
        throw new IllegalArgumentException(
            "images: %d by %d pixels; at least 1 by 1 is needed".formatted(height, width));
      }
      if (levels < 0 || levels == 1) {
        throw new IllegalArgumentException(
            "images: %d levels; 0 (real numbers) or at least 2 are needed".formatted(levels));
      }
    }

    /** Numbers of one image: channels times height times width. */
    public int scalars() {
      return channels * height * width;
    }
  }

  /**
   * Images from float values, row-major [N, C, H, W]. Values off the grid's ends are clamped, NaN
   * is black.
   *
   * @throws IllegalArgumentException if the values are no whole number of images
   */
  public static PictureBatch of(float[] values, Size size) {
    count(values.length, size);
    double low = size.levels == 0 ? extreme(values, -1) : 0;
    double high = size.levels == 0 ? extreme(values, 1) : size.levels - 1.0;
    double scale = high > low ? WHITE / (high - low) : 0;
    byte[] scaled = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = pixel((values[i] - low) * scale);
    }
    return new PictureBatch(size, scaled);
  }

  /**
   * Images from unsigned bytes, row-major [N, C, H, W].
   *
   * @throws IllegalArgumentException if the values are no whole number of images
   */
  public static PictureBatch of(byte[] values, Size size) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = Byte.toUnsignedInt(values[i]);
    }
    return of(floats, size);
  }

  private static byte pixel(double value) {
    return (byte) Math.max(0, Math.min(WHITE, Math.round(value))); // NaN rounds to 0
  }

  /** How many images there are. */
  public int count() {
    return values.length / size.scalars();
  }

  /** One image as a picture of its own, 8-bit grey or RGB, without anything around it. */
  public Png picture(int image) {
    int type = size.channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage picture = new BufferedImage(size.width, size.height, type);
    int at = image * size.scalars();
    for (int c = 0; c < size.channels; c++) {
      for (int y = 0; y < size.height; y++) {
        for (int x = 0; x < size.width; x++) {
          picture.getRaster().setSample(x, y, c, Byte.toUnsignedInt(values[at++]));
        }
      }
    }
    return Png.encode(picture);
  }

  int height() {
    return size.height;
  }

  int width() {
    return size.width;
  }

  /** One pixel as 0xRRGGBB. */
  int rgb(int image, int y, int x) {
    int plane = size.height * size.width;
    int at = image * size.scalars() + y * size.width + x;
    int red = Byte.toUnsignedInt(values[at]);
    if (size.channels == 1) {
      return red * 0x010101;
    }
    int green = Byte.toUnsignedInt(values[at + plane]);
    return red << 16 | green << 8 | Byte.toUnsignedInt(values[at + 2 * plane]);
  }

  private static void count(int scalars, Size size) {
    if (scalars == 0 || scalars % size.scalars() != 0) {
      throw new IllegalArgumentException(
          "images: %d values are no whole number of images of %d x %d x %d = %d values"
              .formatted(scalars, size.channels, size.height, size.width, size.scalars()));
    }
  }

  /** The largest finite value for sign 1, the smallest for sign -1; 0 where none is finite. */
  private static double extreme(float[] values, int sign) {
    double best = Double.NEGATIVE_INFINITY;
    for (float value : values) {
      if (Float.isFinite(value)) {
        best = Math.max(best, sign * value);
      }
    }
    return best == Double.NEGATIVE_INFINITY ? 0 : sign * best;
  }
}
