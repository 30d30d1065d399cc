package io.varve.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A command line, run to its end in this process.
 *
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record Line(int code, String out, String err) {
  public static Line run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream oldOut = System.out;
    PrintStream oldErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      String[] words = new String[arguments.length];
      for (int i = 0; i < words.length; i++) {
        words[i] = String.valueOf(arguments[i]);
      }
      int code = Varve.run(words);
      return new Line(code, text(out), text(err));
    } finally {
      System.setOut(oldOut);
      System.setErr(oldErr);
    }
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
