package io.varve.inference.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The EXIF data of a picture, of which one tag matters here. */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private Exif() {}

  /**
   * The orientation in EXIF data, 1 to 8; 1 where it is not said or the data are damaged.
   *
   * @param tiff from the mark of the byte order on (CIPA DC-008, section 4.5)
   */
  static int orientation(ByteBuffer tiff) {
    if (tiff.remaining() < 8) {
      return 1;
    }
    ByteBuffer in = tiff.slice();
    in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = Integer.toUnsignedLong(in.getInt(4));
    if (directory + 2 > in.limit()) {
      return 1;
    }
    int entries = Short.toUnsignedInt(in.getShort((int) directory));
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY;
      if (at + ENTRY > in.limit()) {
        return 1;
      }
      int entry = (int) at;
      if (Short.toUnsignedInt(in.getShort(entry)) == ORIENTATION
          && in.getShort(entry + 2) == SHORT) {
        int value = Short.toUnsignedInt(in.getShort(entry + 8));
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
