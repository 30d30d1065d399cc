package io.varve.report.picture;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A small fixed-width alphabet for labels in pictures: printable ASCII, 5 by 8 dots.
 *
 * <p>Its own because a server or a container often has no font installed, where Java2D throws, and
 * because the same labels then give the same bytes everywhere. The letters are drawn in {@code
 * glyphs.txt}: bands of 16, '#' for ink.
 */
final class Glyphs {
  private static final int WIDE = 5;
  private static final int HIGH = 8;
  private static final int PITCH = WIDE + 1;
  private static final int PER_BAND = 16;
  private static final char FIRST = ' ';
  private static final char LAST = '~';
  private static final List<String> SHEET = sheet();

  private final int zoom;
  private final int argb;

  /** Letters of this size, in squares of so many pixels, and this colour. */
  Glyphs(int zoom, int argb) {
    this.zoom = zoom;
    this.argb = argb;
  }

  int width(String text) {
    return text.isEmpty() ? 0 : (text.length() * PITCH - 1) * zoom;
  }

  int height() {
    return HIGH * zoom;
  }

  /** Draws one line of text with its top left corner at (left, top). */
  void draw(BufferedImage canvas, String text, int left, int top) {
    for (int y = 0; y < HIGH * zoom; y++) {
      for (int x = 0; x < width(text); x++) {
        int column = x / zoom;
        int letter = column / PITCH;
        int row = y / zoom;
        if (ink(text.charAt(letter), column % PITCH, row)
            && left + x < canvas.getWidth()
            && top + y >= 0
            && top + y < canvas.getHeight()) {
          canvas.setRGB(left + x, top + y, argb);
        }
      }
    }
  }

  private static boolean ink(char letter, int x, int y) {
    char known = letter >= FIRST && letter <= LAST ? letter : '?';
    int index = known - FIRST;
    String line = SHEET.get(index / PER_BAND * HIGH + y);
    return x < WIDE && line.charAt(index % PER_BAND * PITCH + x) == '#';
  }

  private static List<String> sheet() {
    try (InputStream in = Glyphs.class.getResourceAsStream("glyphs.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
