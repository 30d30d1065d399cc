package io.varve.inference.file;

import java.util.Locale;

/** Text from files and bundles as it may stand in a message. */
public final class Printable {
  private Printable() {}

  /**
   * The text on one line, with everything that moves or steers a terminal written as {@code
   * \}{@code uXXXX}: control characters, line ends and the characters that turn the direction of
   * writing.
   */
  public static String of(String text) {
    if (text.chars().noneMatch(Printable::steers)) {
      return text;
    }
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (steers(c)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                line.append((char) c);
              }
            });
    return line.toString();
  }

  private static boolean steers(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
