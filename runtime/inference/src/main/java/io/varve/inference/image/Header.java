package io.varve.inference.image;

/**
 * What stands before the pixels of a PNG or JPEG file: read by ourselves, because the JDK's readers
 * skip or guess it.
 *
 * @param kind PNG or JPEG
 * @param height rows as they are stored, at least 1
 * @param width columns as they are stored, at least 1
 * @param orientation how the picture is to be turned, 1 to 8 as EXIF numbers it; 1 is not at all
 * @param profiled whether it has an ICC profile other than sRGB, which is not applied
 * @param transparent whether it has transparent pixels or an alpha channel, which is dropped
 */
public record Header(
    Kind kind, int height, int width, int orientation, boolean profiled, boolean transparent) {
  /** Kinds of files that are read. */
  public enum Kind {
    PNG,
    JPEG
  }

  /** A header that promises more than 2^27 pixels is taken for a decompression bomb. */
  private static final long MAX_PIXELS = 1L << 27;

  /** Checks the size. */
  public Header {
    if (height < 1 || width < 1) {
      throw unfit("%d x %d pixels (width x height)".formatted(width, height));
    }
    if ((long) height * width > MAX_PIXELS) {
      throw unfit(
          "%d pixels, more than the %d that are read".formatted((long) height * width, MAX_PIXELS));
    }
  }

  /**
   * Reads the header.
   *
   * @param file the bytes of the file, the whole of it for a PNG
   * @throws IllegalArgumentException if it is neither PNG nor JPEG, damaged, or of a variant that
   *     is not read
   */
  public static Header of(byte[] file) {
    return switch (FileKind.of(file)) {
      case PNG -> PngFile.header(file);
      case JPEG -> JpegFile.header(file);
      default -> throw unfit(FileKind.of(file).words(file.length));
    };
  }

  /** Checks that the data can hold the pixels, before memory is taken for them. */
  void requireRoom(long pixels) {
    if ((long) height * width > pixels) {
      throw unfit("%d x %d pixels, more than its data can hold".formatted(width, height));
    }
  }

  /** The error for a file that is not the picture it should be. */
  static IllegalArgumentException unfit(String found) {
    return new IllegalArgumentException(
        "expected a whole PNG or JPEG image, found '" + found + "'; convert, mend or remove it");
  }
}
