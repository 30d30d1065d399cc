package io.varve.inference.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An ICC profile, of which only the name matters here. */
final class IccProfile {
  /** Names and descriptions stand at the front. */
  private static final int FRONT = 1 << 16;

  private IccProfile() {}

  /** Whether it is sRGB by its description, which is Latin-1 or UTF-16. */
  static boolean isSrgb(ByteBuffer profile) {
    String text = StandardCharsets.ISO_8859_1.decode(profile.duplicate()).toString();
    return text.replace("\0", "").toLowerCase(Locale.ROOT).contains("srgb");
  }

  /** The same of a PNG's chunk iCCP: a name, a zero, the method 0 and a deflated profile. */
  static boolean isSrgbChunk(ByteBuffer chunk) {
    int name = 0;
    while (name < chunk.limit() && chunk.get(name) != 0) {
      name++;
    }
    if (name + 2 > chunk.limit()) {
      return false;
    }
    ByteBuffer profile = chunk.slice(name + 2, chunk.limit() - name - 2);
    return Deflated.front(profile, FRONT).map(IccProfile::isSrgb).orElse(false);
  }
}
