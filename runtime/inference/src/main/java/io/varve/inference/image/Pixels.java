package io.varve.inference.image;

import java.awt.image.BufferedImage;

/**
 * The pixels of a picture: uint8 (0..255) and planar [channels, height, width]; 1 channel is grey,
 * 3 are red, green and blue.
 *
 * <p>Samples are taken as they are stored. An ICC profile or a gamma is not applied. Of transparent
 * pixels the colour counts alone. Samples of 16 bits keep their upper half. CMYK becomes RGB by
 * plain products, (1 - c)(1 - k). All of this is what Pillow's {@code convert("RGB")} does, but for
 * grey of 16 bits, which it clips to 255. In addition a picture that says how it is to be turned
 * (orientation in EXIF or XMP) is turned.
 *
 * @param planes the bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Pixels(byte[] planes, int channels, int height, int width) {
  /** Weights of red, green and blue in a luma (ITU-R BT.601), in 65,536ths as Pillow has them. */
  private static final int RED = 19595;

  private static final int GREEN = 38470;
  private static final int BLUE = 7471;

  /**
   * Decodes a file.
   *
   * @param file the bytes of a PNG or JPEG file
   * @throws IllegalArgumentException if it is of another kind or damaged, or cannot be read as it
   *     is meant; the message does not name the file
   */
  public static Pixels decode(byte[] file) {
    Header header = Header.of(file);
    Pixels stored = header.kind() == Header.Kind.PNG ? PngFile.read(file) : JpegFile.read(file);
    return stored.turned(header.orientation());
  }

  /**
   * The pixels of a picture of the JDK: 1 channel if its colours are grey, otherwise 3.
   *
   * @throws IllegalArgumentException if its colours are neither grey nor RGB, or its samples are no
   *     whole numbers of at most 16 bits
   */
  public static Pixels of(BufferedImage image) {
    return BufferedPixels.of(image);
  }

  /**
   * The picture in so many channels: grey three times, or the luma of its colours.
   *
   * @param wanted 1 or 3
   */
  public Pixels withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    int size = height * width;
    byte[] converted = new byte[wanted * size];
    for (int i = 0; i < size; i++) {
      if (wanted == 3) {
        converted[i] = planes[i];
        converted[size + i] = planes[i];
        converted[2 * size + i] = planes[i];
      } else {
        int luma =
            RED * (planes[i] & 0xff)
                + GREEN * (planes[size + i] & 0xff)
                + BLUE * (planes[2 * size + i] & 0xff);
        converted[i] = (byte) ((luma + 0x8000) >> 16);
      }
    }
    return new Pixels(converted, wanted, height, width);
  }

  /** A window of the picture, which must lie inside it. */
  public Pixels window(int left, int top, int columns, int rows) {
    if (columns == width && rows == height) {
      return this;
    }
    byte[] cut = new byte[channels * rows * columns];
    for (int row = 0; row < channels * rows; row++) {
      int from = ((row / rows) * height + top + row % rows) * width + left;
      System.arraycopy(planes, from, cut, row * columns, columns);
    }
    return new Pixels(cut, channels, rows, columns);
  }

  /** The picture turned as the EXIF tag Orientation says, 1 to 8. */
  private Pixels turned(int orientation) {
    if (orientation == 1) {
      return this;
    }
    boolean onItsSide = orientation > 4;
    int rows = onItsSide ? width : height;
    int columns = onItsSide ? height : width;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    byte[] turned = new byte[planes.length];
    int to = 0;
    for (int c = 0; c < channels; c++) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          int y = onItsSide ? column : row;
          int x = onItsSide ? row : column;
          y = fromBottom ? height - 1 - y : y;
          x = fromRight ? width - 1 - x : x;
          turned[to++] = planes[(c * height + y) * width + x];
        }
      }
    }
    return new Pixels(turned, channels, rows, columns);
  }
}
