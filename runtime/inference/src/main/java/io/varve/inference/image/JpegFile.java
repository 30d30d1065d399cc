package io.varve.inference.image;

import java.awt.image.Raster;

/**
 * Reads JPEG files. The JDK decodes their components as they are stored; what colours these are is
 * told here by the rules of libjpeg, which other programs go by. The JDK takes some files for RGB
 * that are not, applies profiles, and takes CMYK for linear light.
 */
final class JpegFile {
  private static final int HALF = 1 << 15;

  private JpegFile() {}

  static Header header(byte[] file) {
    return JpegMarkers.of(file).header();
  }

  static Pixels read(byte[] file) {
    JpegMarkers markers = JpegMarkers.of(file);
    Raster raster = BuiltInReader.read("jpeg", file, reader -> reader.readRaster(0, null));
    int width = raster.getWidth();
    int size = width * raster.getHeight();
    int count = markers.components();
    int channels = count == 1 ? 1 : 3;
    byte[] planes = new byte[channels * size];
    int[] row = new int[count * width];
    int[] rgb = new int[3];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        colour(markers.colours(), row, count * x, rgb);
        for (int c = 0; c < channels; c++) {
          planes[c * size + y * width + x] = (byte) rgb[c];
        }
      }
    }
    return new Pixels(planes, channels, raster.getHeight(), width);
  }

  /** The colour of one pixel, whose components begin at {@code at}. */
  private static void colour(JpegMarkers.Colours colours, int[] row, int at, int[] rgb) {
    switch (colours) {
      case GREY -> rgb[0] = row[at];
      case RGB -> System.arraycopy(row, at, rgb, 0, 3);
      case YCC -> fromYcc(row, at, rgb);
      case CMYK -> {
        for (int c = 0; c < 3; c++) {
          rgb[c] = light(255 - row[at + c], row[at + 3]);
        }
      }
      case YCCK -> {
        fromYcc(row, at, rgb);
        for (int c = 0; c < 3; c++) {
          rgb[c] = light(rgb[c], row[at + 3]);
        }
      }
    }
  }

  /** ITU-T T.871, section 7, in the 16-bit fixed point of libjpeg. */
  private static void fromYcc(int[] row, int at, int[] rgb) {
    int y = row[at];
    int cb = row[at + 1] - 128;
    int cr = row[at + 2] - 128;
    rgb[0] = clamp(y + ((91881 * cr + HALF) >> 16));
    rgb[1] = clamp(y + ((-22554 * cb - 46802 * cr + HALF) >> 16));
    rgb[2] = clamp(y + ((116130 * cb + HALF) >> 16));
  }

  /** How much light an ink leaves over: (1 - c)(1 - k); files hold 255 minus the black. */
  private static int light(int ink, int withoutBlack) {
    int product = ink * withoutBlack + 128;
    return withoutBlack - ((product + (product >> 8)) >> 8);
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
