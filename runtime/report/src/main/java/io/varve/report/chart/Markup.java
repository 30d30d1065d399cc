package io.varve.report.chart;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML and SVG that is also well-formed XML: every tag is closed and everything is escaped here, in
 * one place, so that no name or YAML can become markup.
 */
public final class Markup {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are name, value, name, value. */
  public Markup open(String tag, Object... attributes) {
    start(tag, attributes).append('>');
    open.push(tag);
    return this;
  }

  /** Closes the element opened last. */
  public Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element that holds only text. */
  public Markup leaf(String tag, String text, Object... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An element that holds nothing; only for tags that HTML calls void, and SVG. */
  public Markup empty(String tag, Object... attributes) {
    start(tag, attributes).append("/>");
    return this;
  }

  /** Text inside the element opened last. */
  public Markup text(String text) {
    escape(text);
    return this;
  }

  /** A style sheet of ours, whose characters no HTML parser unescapes. */
  public Markup style(String css) {
    if (css.contains("<") || css.contains("&")) {
      throw new IllegalStateException("the style sheet holds markup");
    }
    out.append("<style>").append(css).append("</style>");
    return this;
  }

  /** All of it as an HTML document. */
  public String page() {
    return "<!DOCTYPE html>\n" + whole() + "\n";
  }

  /** All of it as an XML document. */
  public String xml() {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + whole() + "\n";
  }

  private String whole() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.toString();
  }

  private StringBuilder start(String tag, Object... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(String.valueOf(attributes[i + 1]));
      out.append('"');
    }
    return out;
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(legal(c) ? c : 0xFFFD);
              }
            });
  }

  /** XML 1.0 allows no control characters but these three, and no half of a surrogate pair. */
  private static boolean legal(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0xD800)
        || (c >= 0xE000 && c != 0xFFFE && c != 0xFFFF);
  }
}
