package io.varve.inference.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * EXIF and XMP in the chunks of a PNG file. Of two of a kind the last counts, as in Pillow. Older
 * ImageMagick writes EXIF as hexadecimal text.
 */
final class PngText {
  private static final String RAW_EXIF = "Raw profile type exif";
  private static final String XMP = "XML:com.adobe.xmp";

  /** Of deflated text no more is read, in all. */
  private static final int ROOM = 1 << 19;

  /** What damaged text counts, however much of it was read. */
  private static final int DAMAGED = ROOM / 8;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final Map<String, ByteBuffer> texts = new HashMap<>();
  private Optional<ByteBuffer> exif = Optional.empty();
  private int room = ROOM;

  /** Takes the next chunk of the file, of whichever type. */
  void take(String type, ByteBuffer data) {
    if (type.equals("eXIf")) {
      exif = Optional.of(data);
    } else if (type.equals("tEXt") || type.equals("zTXt") || type.equals("iTXt")) {
      int end = zero(data, 0);
      String keyword = StandardCharsets.ISO_8859_1.decode(data.slice(0, end)).toString();
      ByteBuffer rest = from(data, end + 1);
      if (type.equals("tEXt") && keyword.equals("exif")) {
        exif = Optional.of(rest);
      } else if (keyword.equals(RAW_EXIF) || keyword.equals(XMP)) {
        text(type, rest).ifPresent(text -> texts.put(keyword, text));
      }
    }
  }

  /** The EXIF data, empty where there are none. */
  ByteBuffer exif() {
    return exif.orElseGet(() -> raw(texts.getOrDefault(RAW_EXIF, NONE)));
  }

  /** The XMP packet, empty where there is none. */
  ByteBuffer xmp() {
    return texts.getOrDefault(XMP, NONE);
  }

  /**
   * The text behind a keyword. Pillow ignores a damaged iTXt, and takes a damaged zTXt as empty.
   */
  private Optional<ByteBuffer> text(String type, ByteBuffer data) {
    if (type.equals("tEXt")) {
      return Optional.of(data);
    }
    if (type.equals("zTXt")) {
      boolean known = data.hasRemaining() && data.get(0) == 0;
      return Optional.of(known ? inflated(from(data, 1)).orElse(NONE) : NONE);
    }
    if (data.limit() < 2) {
      return Optional.empty();
    }
    // Whether it is deflated, the method 0, a language, the keyword in that language, the text.
    ByteBuffer text = from(data, zero(data, zero(data, 2) + 1) + 1);
    if (data.get(0) == 0) {
      return Optional.of(text);
    }
    return data.get(1) == 0 ? inflated(text) : Optional.empty();
  }

  private Optional<ByteBuffer> inflated(ByteBuffer data) {
    Optional<ByteBuffer> text = Deflated.front(data, room);
    room -= Math.min(room, text.map(ByteBuffer::limit).orElse(DAMAGED));
    return text;
  }

  /** An empty line, the name and the size; behind them the bytes as hexadecimal digits. */
  private static ByteBuffer raw(ByteBuffer text) {
    int at = 0;
    for (int lines = 0; lines < 3 && at < text.limit(); at++) {
      lines += text.get(at) == '\n' ? 1 : 0;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int high = -1;
    for (; at < text.limit(); at++) {
      int digit = Character.digit(text.get(at), 16);
      if (digit < 0 && !Character.isWhitespace(text.get(at))) {
        break; // damaged from here on
      }
      if (digit >= 0 && high >= 0) {
        bytes.write(high << 4 | digit);
        high = -1;
      } else if (digit >= 0) {
        high = digit;
      }
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  /** The place of the next zero; the end where there is none. */
  private static int zero(ByteBuffer data, int from) {
    int at = Math.min(from, data.limit());
    while (at < data.limit() && data.get(at) != 0) {
      at++;
    }
    return at;
  }

  private static ByteBuffer from(ByteBuffer data, int at) {
    int start = Math.min(at, data.limit());
    return data.slice(start, data.limit() - start);
  }
}
