package io.varve.inference.image;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Kinds of files, told by their first bytes: the name of a file does not say what is in it. */
enum FileKind {
  PNG("a PNG image", "\\x89PNG\\r\\n\\x1a\\n"),
  JPEG("a JPEG image", "\\xff\\xd8\\xff"),
  GIF("a GIF image", "GIF8[79]a"),
  BMP("a BMP image", "BM.{4}\\x00\\x00"),
  TIFF("a TIFF image", "II[*+]\\x00|MM\\x00[*+]"),
  WEBP("a WebP image", "RIFF.{4}WEBP"),
  AVIF("an AVIF image", ".{4}ftypavi[fs]"),
  HEIC("a HEIC image", ".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
  JPEG_2000("a JPEG 2000 image", "\\x00{3}\\x0cjP  |\\xff\\x4f\\xff\\x51"),
  JPEG_XL("a JPEG XL image", "\\xff\\x0a|\\x00{3}\\x0cJXL "),
  PNM("a PNM image", "P[1-7]\\s"),
  ICO("an icon", "\\x00\\x00[\\x01\\x02]\\x00"),
  PSD("a Photoshop image", "8BPS"),
  SVG("an SVG drawing", "\\s*<(?:\\?xml|svg)"),
  OTHER("", "");

  private static final int HEAD = 64;

  private final String words;
  private final Pattern magic;

  FileKind(String words, String magic) {
    this.words = words;
    this.magic = Pattern.compile(magic, Pattern.DOTALL);
  }

  static FileKind of(byte[] file) {
    String head = new String(file, 0, Math.min(HEAD, file.length), StandardCharsets.ISO_8859_1);
    for (FileKind kind : values()) {
      if (kind.magic.matcher(head).lookingAt()) {
        return kind;
      }
    }
    throw new IllegalStateException("every file is of a kind");
  }

  /** The kind in words; of a file of so many bytes. */
  String words(int bytes) {
    return this == OTHER ? bytes + " bytes of something else" : words;
  }
}
