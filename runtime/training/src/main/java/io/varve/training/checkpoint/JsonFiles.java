package io.varve.training.checkpoint;

import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.JsonText;
import io.varve.inference.file.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Small files that survive a crash whole: texts and JSON. */
public final class JsonFiles {
  private JsonFiles() {}

  /** Replaces a file by a text. */
  public static void write(Path file, String text) {
    AtomicFile.write(file, text);
  }

  /** Replaces a file by an object as JSON. */
  public static void write(Path file, Object json) {
    write(file, JsonText.indented(json));
  }

  /**
   * Reads a record written as JSON; all its components must be there.
   *
   * @throws IOException if the file cannot be read or is not whole
   */
  public static <T extends Record> T read(Path file, Class<T> type) throws IOException {
    String text = Files.readString(file);
    return whole(() -> StrictJson.read(file.toString(), text, type));
  }

  /** Reads one integer, whatever else the file holds; throws as {@link #read} does. */
  static int integer(Path file, String key) throws IOException {
    String text = Files.readString(file);
    return whole(() -> StrictJson.peek(file.toString(), text, key));
  }

  private static <T> T whole(Supplier<T> reading) throws IOException {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new IOException("is no whole JSON file", e);
    }
  }
}
