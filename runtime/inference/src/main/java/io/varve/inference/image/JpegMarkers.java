package io.varve.inference.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the segments before the pixels of a JPEG file say (ITU-T T.81, annex B).
 *
 * @param components how many components a pixel has
 * @param colours what they are
 * @param header size, orientation and profile
 */
record JpegMarkers(int components, Colours colours, Header header) {
  /** How the components of a file are meant. */
  enum Colours {
    GREY,
    YCC,
    RGB,
    CMYK,
    YCCK
  }

  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP2 = 0xe2;
  private static final int APP14 = 0xee;
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

  /** The segments of one file, as far as they matter here. */
  private static final class Segments {
    private final ByteBuffer file;
    private ByteBuffer frame;
    private boolean jfif;
    private int adobe = -1; // its "transform", where there is an Adobe segment
    private final ByteArrayOutputStream exif = new ByteArrayOutputStream();
    private ByteBuffer xmp = ByteBuffer.allocate(0);
    private boolean profiled;

    Segments(byte[] file) {
      this.file = ByteBuffer.wrap(file);
    }

    /** Walks to the start of the pixels. */
    void walk() {
      int at = 2;
      for (int marker = 0; marker != SOS; ) {
        while (at + 1 < file.limit() && (file.get(at) != -1 || file.get(at + 1) == -1)) {
          at++; // bytes that fill up to the next marker
        }
        int length = at + 4 > file.limit() ? -1 : Short.toUnsignedInt(file.getShort(at + 2));
        if (length < 2 || length > file.limit() - at - 2) {
          throw Header.unfit("a JPEG image that ends before its pixels");
        }
        marker = file.get(at + 1) & 0xff;
        take(marker, file.slice(at + 4, length - 2));
        at += 2 + length;
      }
    }

    private void take(int marker, ByteBuffer data) {
      if (isFrame(marker) && frame == null) {
        frame = data;
      } else if (marker == APP0 && data.remaining() >= 12 && starts(data, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP1 && starts(data, "Exif\0\0")) {
        // A second segment goes on where the first ended.
        exif.write(data.array(), data.arrayOffset() + 6, data.limit() - 6);
      } else if (marker == APP1 && starts(data, XMP)) {
        xmp = data.slice(XMP.length(), data.limit() - XMP.length());
      } else if (marker == APP2 && starts(data, "ICC_PROFILE\0\1")) {
        profiled = !IccProfile.isSrgb(data);
      } else if (marker == APP14 && data.remaining() >= 12 && starts(data, "Adobe")) {
        adobe = data.get(11) & 0xff;
      }
    }

    /** SOF0 to SOF15, but for the three of that range that mean something else. */
    private static boolean isFrame(int marker) {
      return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean starts(ByteBuffer data, String mark) {
      return text(data).startsWith(mark);
    }

    private static String text(ByteBuffer data) {
      return StandardCharsets.ISO_8859_1.decode(data.duplicate()).toString();
    }
  }

  /**
   * Reads the segments of a file.
   *
   * @throws IllegalArgumentException if it is damaged or of a variant that is not read
   */
  static JpegMarkers of(byte[] file) {
    Segments found = new Segments(file);
    found.walk();
    ByteBuffer frame = found.frame;
    if (frame == null || frame.remaining() < 6) {
      throw Header.unfit("a JPEG image without a header");
    }
    int bits = frame.get(0) & 0xff;
    int components = frame.get(5) & 0xff;
    if (bits != Byte.SIZE || frame.remaining() < 6 + 3 * components) {
      throw Header.unfit("a JPEG image of %d bits a sample".formatted(bits));
    }
    Header header =
        new Header(
            Header.Kind.JPEG,
            Short.toUnsignedInt(frame.getShort(1)),
            Short.toUnsignedInt(frame.getShort(3)),
            Orientation.of(ByteBuffer.wrap(found.exif.toByteArray()), found.xmp),
            found.profiled,
            false);
    header.requireRoom(8L * 64 * file.length); // a block of 64 has at least a bit
    return new JpegMarkers(components, colours(found, components), header);
  }

  /** The rules of libjpeg, {@code default_decompress_parms} in jdapimin.c. */
  private static Colours colours(Segments found, int components) {
    return switch (components) {
      case 1 -> Colours.GREY;
      case 3 -> isRgb(found) ? Colours.RGB : Colours.YCC;
      case 4 -> found.adobe > 0 ? Colours.YCCK : Colours.CMYK;
      default -> throw Header.unfit("a JPEG image of %d components".formatted(components));
    };
  }

  private static boolean isRgb(Segments found) {
    if (found.jfif || found.adobe >= 0) {
      return !found.jfif && found.adobe == 0;
    }
    return ids(found.frame).equals("RGB");
  }

  /** The names of the three components, each a byte. */
  private static String ids(ByteBuffer frame) {
    return "" + (char) frame.get(6) + (char) frame.get(9) + (char) frame.get(12);
  }
}
