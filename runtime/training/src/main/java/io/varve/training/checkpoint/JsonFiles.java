package io.varve.training.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.varve.inference.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files that survive a crash whole: texts and JSON. */
public final class JsonFiles {
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeSpecialFloatingPointValues()
          .create();

  private JsonFiles() {}

  /** Replaces a file by a text. */
  public static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces a file by an object as JSON. */
  public static void write(Path file, Object json) {
    write(file, GSON.toJson(json) + "\n");
  }

  /** Reads a record written as JSON; all its components must be there. */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      String text = Files.readString(file);
      JsonObject keys = GSON.fromJson(text, JsonObject.class);
      for (var component : type.getRecordComponents()) {
        if (keys == null || !keys.has(component.getName())) {
          throw new JsonParseException("'" + component.getName() + "' is missing");
        }
      }
      return GSON.fromJson(keys, type);
    } catch (JsonParseException e) {
      throw new IOException("is no whole JSON file", e);
    }
  }
}
