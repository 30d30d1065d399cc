package io.varve.inference.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Reads PNG files (ISO/IEC 15948). The JDK decodes; what it does not check is checked here. */
final class PngFile {
  private static final int SIGNATURE = 8;

  /** Around the data of a chunk: its length, its type and its sum. */
  private static final int AROUND = 12;

  /** The bit of a colour type that says there is an alpha channel. */
  private static final int ALPHA = 4;

  private PngFile() {}

  static Pixels read(byte[] file) {
    return BufferedPixels.of(BuiltInReader.read("png", file, reader -> reader.read(0)));
  }

  static Header header(byte[] file) {
    PngText text = new PngText();
    Map<String, ByteBuffer> chunks = chunks(ByteBuffer.wrap(file), text);
    ByteBuffer head = chunks.get("IHDR");
    if (head == null || head.remaining() != 13 || !chunks.containsKey("IDAT")) {
      throw Header.unfit("a PNG image without its header or its pixels");
    }
    int orientation = Orientation.of(text.exif(), text.xmp());
    boolean profiled = chunks.containsKey("iCCP") && !IccProfile.isSrgbChunk(chunks.get("iCCP"));
    boolean transparent = (head.get(9) & ALPHA) != 0 || chunks.containsKey("tRNS");
    Header header =
        new Header(
            Header.Kind.PNG, head.getInt(4), head.getInt(0), orientation, profiled, transparent);
    // No deflate stream expands more than this (RFC 1951); a pixel has at least a bit.
    header.requireRoom(8L * 1032 * file.length);
    return header;
  }

  /** The data of the first chunk of each type, the sums of all chunks checked. */
  private static Map<String, ByteBuffer> chunks(ByteBuffer file, PngText text) {
    Map<String, ByteBuffer> chunks = new HashMap<>();
    int at = SIGNATURE;
    boolean still = true; // what follows the still image of an animation is not about it
    while (!chunks.containsKey("IEND")) {
      long length = at + AROUND > file.limit() ? -1 : Integer.toUnsignedLong(file.getInt(at));
      if (length < 0 || length > file.limit() - at - AROUND) {
        throw Header.unfit("a PNG image that ends too early");
      }
      CRC32 sum = new CRC32();
      sum.update(file.slice(at + 4, (int) length + 4));
      String type = type(file.slice(at + 4, 4));
      if ((int) sum.getValue() != file.getInt(at + 8 + (int) length)) {
        throw Header.unfit("a PNG image with a damaged chunk " + type);
      }
      ByteBuffer data = file.slice(at + 8, (int) length);
      still &= !(type.equals("fcTL") && chunks.containsKey("IDAT"));
      if (still) {
        text.take(type, data);
      }
      chunks.putIfAbsent(type, data);
      at += AROUND + (int) length;
    }
    return chunks;
  }

  private static String type(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
  }
}
