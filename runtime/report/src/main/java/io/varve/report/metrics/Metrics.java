package io.varve.report.metrics;

import com.google.gson.JsonParseException;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.OutputFile;
import io.varve.inference.file.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The run's {@code metrics.jsonl}: one {@link Point} a line, appended as training goes.
 *
 * <p>Every line is one strict JSON object with the keys {@code step}, {@code epoch}, {@code split}
 * ({@code train} or {@code test}), {@code bound}, {@code bits_per_dim}, {@code beta}, {@code rate},
 * {@code gradient_norm}, {@code skipped}, {@code images_per_second}, {@code seconds} and {@code
 * terms}. Numbers that JSON lacks are the strings {@code "NaN"}, {@code "Infinity"} and {@code
 * "-Infinity"}. A line is handed to the operating system before {@link #append} returns, so a
 * killed process loses none; a machine that loses power can tear the last one, which reading leaves
 * out. Not for use by several threads at once.
 */
public final class Metrics implements AutoCloseable {
  private final Path file;
  private final OutputStream out;

  private Metrics(Path file) {
    this.file = file;
    try {
      this.out = Files.newOutputStream(file, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /**
   * Continues a file after a checkpoint: lines of later steps and a torn last line are dropped, in
   * one atomic replacement. A missing file is started.
   *
   * @throws IllegalArgumentException if it cannot be written, or naming the line that is malformed
   */
  public static Metrics resume(Path file, long step) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    if (Files.exists(file)) {
      scan(
          file,
          (line, point) -> {
            if (point.step() <= step) {
              kept.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
          });
    }
    OutputFile.write(file, kept.toByteArray());
    return new Metrics(file);
  }

  /**
   * All points of a file in the order written; a torn last line is left out.
   *
   * @throws IllegalArgumentException if it cannot be read, or naming the line that is malformed
   */
  public static List<Point> read(Path file) {
    List<Point> points = new ArrayList<>();
    scan(file, (line, point) -> points.add(point));
    return List.copyOf(points);
  }

  /**
   * Appends a point.
   *
   * @throws IllegalArgumentException if the disk refuses
   */
  public void append(Point point) {
    try {
      out.write((PointJson.write(point) + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  private static void scan(Path file, BiConsumer<String, Point> visit) {
    String text;
    try {
      // Not Files.readString: it refuses a character that was torn in half.
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw FileFault.unreadable(file, e);
    }
    int number = 0;
    for (int start = 0; start < text.length(); ) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      number++;
      String line = text.substring(start, end);
      try {
        visit.accept(line, PointJson.read(line));
      } catch (JsonParseException e) {
        // Only a last line without its newline can be the trace of a crash.
        if (newline >= 0) {
          throw new IllegalArgumentException(malformed(file, number, e), e);
        }
      }
      start = end + 1;
    }
  }

  private static String malformed(Path file, int number, JsonParseException e) {
    return "%s:%d: not a line of metrics: %s. Delete the line or restore the file."
        .formatted(file, number, Printable.of(e.getMessage()));
  }
}
