package io.varve.inference.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.util.Arrays;

/** The pixels of the JDK's pictures. */
final class BufferedPixels {
  private BufferedPixels() {}

  static Pixels of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int colours = model.getColorSpace().getType();
    if (colours != ColorSpace.TYPE_GRAY && colours != ColorSpace.TYPE_RGB) {
      throw new IllegalArgumentException(
          "expected a picture in RGB or grey, found %d channels of another kind; convert it to RGB"
              .formatted(model.getNumColorComponents()));
    }
    if (!(model instanceof ComponentColorModel) || model.isAlphaPremultiplied()) {
      return packed(image);
    }
    int bits = Arrays.stream(model.getComponentSize()).max().orElse(0);
    if (model.getTransferType() == DataBuffer.TYPE_FLOAT
        || model.getTransferType() == DataBuffer.TYPE_DOUBLE
        || bits > Short.SIZE) {
      throw new IllegalArgumentException(
          "expected samples of 8 or 16 bits, found %d; convert the picture".formatted(bits));
    }
    return stored(image, colours == ColorSpace.TYPE_GRAY ? 1 : 3);
  }

  /** Palettes, pixels packed into a word, and colours already multiplied with their alpha. */
  private static Pixels packed(BufferedImage image) {
    int width = image.getWidth();
    int size = width * image.getHeight();
    byte[] planes = new byte[3 * size];
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        planes[at] = (byte) (row[x] >> 16);
        planes[size + at] = (byte) (row[x] >> 8);
        planes[2 * size + at] = (byte) row[x];
      }
    }
    return new Pixels(planes, 3, image.getHeight(), width);
  }

  /** Samples as stored: {@code getRGB} takes grey for linear light and applies profiles. */
  private static Pixels stored(BufferedImage image, int channels) {
    int width = image.getWidth();
    int size = width * image.getHeight();
    byte[] planes = new byte[channels * size];
    int[] row = new int[width];
    for (int c = 0; c < channels; c++) {
      int bits = image.getColorModel().getComponentSize(c);
      for (int y = 0; y < image.getHeight(); y++) {
        image.getRaster().getSamples(0, y, width, 1, c, row);
        for (int x = 0; x < width; x++) {
          planes[c * size + y * width + x] = level(row[x], bits);
        }
      }
    }
    return new Pixels(planes, channels, image.getHeight(), width);
  }

  /** The upper 8 bits of more, or fewer stretched to 0..255. */
  private static byte level(int sample, int bits) {
    int most = (1 << bits) - 1;
    return (byte) (bits >= Byte.SIZE ? sample >> (bits - Byte.SIZE) : sample * 255 / most);
  }
}
