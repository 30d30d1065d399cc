package io.varve.inference.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as people write them. A shell does not expand {@code --data=~/x}, nor what YAML says. */
public final class HomePath {
  private HomePath() {}

  /**
   * The path of a text; a leading {@code ~} is the user's home.
   *
   * @throws IllegalArgumentException one line, if there is no home or the system has no such path
   */
  public static Path of(String text) {
    boolean fromHome = text.equals("~") || text.startsWith("~/") || text.startsWith("~\\");
    try {
      return fromHome
          ? home(text).resolve(text.substring(Math.min(2, text.length())))
          : Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "%s: is no path of this system under its present locale (%s); set LC_ALL to a UTF-8 locale such as C.UTF-8, or rename it"
              .formatted(Printable.of(text), e.getReason()),
          e);
    }
  }

  private static Path home(String text) {
    String home = System.getProperty("user.home", "");
    if (home.isBlank() || home.equals("?") || home.equals("/")) {
      throw new IllegalArgumentException(
          "%s: this user has no home folder; write the whole path in place of '~'"
              .formatted(Printable.of(text)));
    }
    return Path.of(home);
  }
}
