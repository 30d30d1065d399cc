package io.varve.inference.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;

/** The EXIF data of a picture, of which one tag matters here. */
final class Exif {
  /** What may stand before the data; some programs write it twice. */
  private static final String MARK = "Exif\0\0";

  /** The second half of them is not in the standard, but in files. */
  private static final Set<String> BEGINNINGS = Set.of("II*\0", "MM\0*", "II\0*", "MM*\0", "MM\0+");

  private static final int ORIENTATION = 0x0112;
  private static final int ENTRY = 12;

  /** The bytes of a value of each type (TIFF 6.0, section 2; 13 and 16 are later); 0 is none. */
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8};

  private Exif() {}

  /**
   * The orientation in EXIF data, 1 to 8; 1 where it is damaged, and nothing where it is not said.
   * The standard has it as a SHORT; as in Pillow another number will do, and the last one counts.
   *
   * @param data the TIFF structure (CIPA DC-008, section 4.5), also behind "Exif" and two zeros
   */
  static OptionalInt orientation(ByteBuffer data) {
    ByteBuffer in = data.slice();
    while (text(in, MARK.length()).equals(MARK)) {
      in = in.slice(MARK.length(), in.limit() - MARK.length());
    }
    if (!in.hasRemaining()) {
      return OptionalInt.empty();
    }
    if (in.limit() < 8 || !BEGINNINGS.contains(text(in, 4))) {
      return OptionalInt.of(1);
    }
    in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    return ofDirectory(in, Integer.toUnsignedLong(in.getInt(4)));
  }

  private static OptionalInt ofDirectory(ByteBuffer in, long directory) {
    OptionalInt found = OptionalInt.empty();
    if (directory + 2 > in.limit()) {
      return found;
    }
    int entries = Short.toUnsignedInt(in.getShort((int) directory));
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY;
      if (at + ENTRY > in.limit()) {
        return found;
      }
      int entry = (int) at;
      int type = Short.toUnsignedInt(in.getShort(entry + 2));
      long size = type < SIZES.length ? SIZES[type] : 0;
      size *= Integer.toUnsignedLong(in.getInt(entry + 4));
      long from = size <= 4 ? entry + 8 : Integer.toUnsignedLong(in.getInt(entry + 8));
      if (from + size > in.limit()) {
        return found; // Pillow reads no further than a value that lies outside
      }
      if (size > 0 && Short.toUnsignedInt(in.getShort(entry)) == ORIENTATION) {
        double value = value(in, type, (int) from);
        found = OptionalInt.of(value >= 1 && value <= 8 && value % 1 == 0 ? (int) value : 1);
      }
    }
    return found;
  }

  /** The first number of an entry; bytes and text are none. */
  private static double value(ByteBuffer in, int type, int at) {
    return switch (type) {
      case 3 -> Short.toUnsignedInt(in.getShort(at));
      case 4, 13 -> Integer.toUnsignedLong(in.getInt(at));
      case 5 ->
          (double) Integer.toUnsignedLong(in.getInt(at))
              / Integer.toUnsignedLong(in.getInt(at + 4));
      case 6 -> in.get(at);
      case 8 -> in.getShort(at);
      case 9 -> in.getInt(at);
      case 10 -> (double) in.getInt(at) / in.getInt(at + 4);
      case 11 -> in.getFloat(at);
      case 12 -> in.getDouble(at);
      case 16 -> in.getLong(at);
      default -> Double.NaN;
    };
  }

  private static String text(ByteBuffer in, int most) {
    return StandardCharsets.ISO_8859_1.decode(in.slice(0, Math.min(most, in.limit()))).toString();
  }
}
