package io.varve.inference.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a picture is to be turned, by what is written about it; as Pillow tells it. */
final class Orientation {
  /** The tag in XMP as an attribute or an element: Pillow does not read XML either. */
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

  private Orientation() {}

  /**
   * The orientation, 1 to 8; 1 where it is not said or damaged. XMP counts where EXIF is silent.
   *
   * @param exif the EXIF data, empty where there are none
   * @param xmp the XMP packet, empty where there is none
   */
  static int of(ByteBuffer exif, ByteBuffer xmp) {
    OptionalInt said = Exif.orientation(exif);
    if (said.isPresent()) {
      return said.getAsInt();
    }
    Matcher found = XMP.matcher(StandardCharsets.ISO_8859_1.decode(xmp.duplicate()));
    int digit = found.find() ? found.group(1).charAt(0) - '0' : 1;
    return digit >= 1 && digit <= 8 ? digit : 1;
  }
}
