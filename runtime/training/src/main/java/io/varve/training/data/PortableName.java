package io.varve.training.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;

/**
 * The name of a file, the same whatever the locale and the operating system: the text that its
 * bytes are in UTF-8, in Unicode's form C.
 */
final class PortableName {
  private PortableName() {}

  /** The last name of a path. */
  static String of(Path file) {
    String name = file.getFileName().toString();
    if (name.chars().allMatch(c -> c < 0x80)) {
      return name;
    }
    // Under LANG=C the JDK cannot decode a name; its URI has the bytes.
    String[] steps = file.toUri().getRawPath().split("/", 0);
    return Normalizer.normalize(text(bytes(steps[steps.length - 1])), Normalizer.Form.NFC);
  }

  private static byte[] bytes(String raw) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      boolean coded = raw.charAt(i) == '%';
      bytes.write(coded ? Integer.parseInt(raw.substring(i + 1, i + 3), 16) : raw.charAt(i));
      i += coded ? 2 : 0;
    }
    return bytes.toByteArray();
  }

  /** UTF-8, or where a name is in some other code, Latin-1: readable, and different for each. */
  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
