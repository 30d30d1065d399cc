package io.varve.training.run;

import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.HomePath;
import io.varve.inference.file.Printable;
import io.varve.inference.file.Sha256;
import io.varve.report.metrics.DataPart;
import io.varve.training.checkpoint.JsonFiles;
import io.varve.training.data.Source;
import io.varve.training.data.set.Item;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What a run was trained on: {@code data.json} and {@code data.txt.gz} in its folder.
 *
 * <p>The text has a line for each image's file, {@code train 1234 a/b.png}: the part that it
 * belongs to, its bytes and its name. Where images are not files of their own, a line has the
 * SHA-256 of a part's pixels.
 *
 * @param format 1
 * @param folder the data set's folder as a whole path; empty where there is none
 * @param from_run the way to it from the run's folder; empty where there is none
 * @param entries lines of the text
 * @param sha256 of the text
 */
record DataRecord(int format, String folder, String from_run, int entries, String sha256) {
  private static final String FILE = "data.json";
  private static final String LIST = "data.txt.gz";
  private static final Pattern LINE = Pattern.compile("(\\w+) (\\d+) (.*)", Pattern.DOTALL);
  private static final Pattern PIXELS =
      Pattern.compile("\\w+ \\d+ images \\[.*], SHA-256 [0-9a-f]{64}");
  private static final String UNKNOWN =
      ": an earlier version made this run and recorded no data; if its test images were a random part, they are others now";

  /** Records the data of a run. */
  static void write(Path run, Source source, Splits data) {
    List<String> lines = lines(data);
    Optional<Path> folder = source.folder().map(HomePath::of).map(DataRecord::whole);
    AtomicFile.write(run.resolve(LIST), packed(lines));
    JsonFiles.write(
        run.resolve(FILE),
        new DataRecord(
            1,
            folder.map(Path::toString).orElse(""),
            folder.flatMap(to -> way(whole(run), to)).orElse(""),
            lines.size(),
            sum(lines)));
  }

  /**
   * The folder of a run's data, wherever the command runs: where it was, else where it is as seen
   * from the run's folder, for a project that has moved. Empty where neither is there but the model
   * file's own path is, or nothing is recorded.
   */
  static Optional<String> folder(Path run) {
    Optional<DataRecord> record = read(run).filter(known -> !known.folder.isEmpty());
    if (record.isEmpty()) {
      return Optional.empty();
    }
    String was = record.get().folder;
    String from = record.get().from_run;
    if (!Files.exists(HomePath.of(was)) && !from.isEmpty()) {
      Path moved = whole(run).resolve(HomePath.of(from)).normalize();
      if (Files.exists(moved)) {
        return Optional.of(moved.toString());
      }
    }
    return Optional.of(was);
  }

  /**
   * Checks that the data are those that a run was trained on.
   *
   * @param notes hears of it where an earlier version made the run, which recorded no data
   * @throws IllegalArgumentException one line: what has changed, and how to go on
   */
  static void require(Path run, Splits now, Consumer<String> notes) {
    note(
        run,
        now,
        change -> {
          if (Files.exists(run.resolve(FILE))) {
            throw new IllegalArgumentException(
                change + "; put them back, or go on with these by --accept-changed-data");
          }
          notes.accept(change);
        });
  }

  /** Notes in one line how the data differ from those that a run was trained on, if they do. */
  static void note(Path run, Splits now, Consumer<String> notes) {
    Optional<DataRecord> record = read(run);
    List<String> lines = lines(now);
    if (record.isEmpty()) {
      if (!now.train().items().isEmpty()) {
        notes.accept(shown(run) + UNKNOWN);
      }
    } else if (!record.get().sha256.equals(sum(lines))) {
      List<String> then = unpacked(run.resolve(LIST));
      notes.accept(
          String.format(
              Locale.ROOT,
              "%s: the data are not those it was trained on: %d files or parts then, %d now%s%s",
              shown(run),
              then.size(),
              lines.size(),
              listed("gone", then, lines),
              listed("new", lines, then)));
    }
  }

  private static String listed(String what, List<String> some, List<String> others) {
    Set<String> known = new HashSet<>(others);
    List<String> only = some.stream().filter(line -> !known.contains(line)).toList();
    return only.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "; %d %s (%s%s)",
            only.size(),
            what,
            described(only.get(0)),
            only.size() > 1 ? ", ..." : "");
  }

  /** A line in words; one of pixels as it is. */
  private static String described(String line) {
    Matcher file = LINE.matcher(line);
    return Printable.of(
        file.matches() && !PIXELS.matcher(line).matches()
            ? file.group(3) + " of the " + file.group(1) + " part, " + file.group(2) + " bytes"
            : line);
  }

  private static List<String> lines(Splits data) {
    List<String> lines = new ArrayList<>();
    add(lines, DataPart.TRAIN, data.train());
    add(lines, DataPart.TEST, data.test());
    return lines;
  }

  private static void add(List<String> lines, DataPart part, Split split) {
    for (Item item : split.items()) {
      lines.add(part.label() + " " + item.size() + " " + Printable.of(item.name()));
    }
    split
        .memory()
        .ifPresent(
            pixels ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%s %d images %s, SHA-256 %s",
                        part.label(),
                        split.size(),
                        Arrays.toString(split.shape()),
                        Sha256.of(pixels))));
  }

  private static Path whole(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /** The way from one folder to another; none between two drives. */
  private static Optional<String> way(Path from, Path to) {
    return Objects.equals(from.getRoot(), to.getRoot())
        ? Optional.of(from.relativize(to).toString())
        : Optional.empty();
  }

  private static String shown(Path run) {
    return Printable.of(run.toString());
  }

  private static String sum(List<String> lines) {
    return Sha256.of(String.join("\n", lines));
  }

  private static Optional<DataRecord> read(Path run) {
    Path file = run.resolve(FILE);
    try {
      return Files.exists(file)
          ? Optional.of(JsonFiles.read(file, DataRecord.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(file, "cannot be read", e)
              + "; restore it, or delete it to go on unchecked",
          e);
    }
  }

  private static byte[] packed(List<String> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(new GZIPOutputStream(bytes), StandardCharsets.UTF_8)) {
      for (String line : lines) {
        out.write(line + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static List<String> unpacked(Path file) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return in.lines().toList();
    } catch (IOException | UncheckedIOException e) {
      IOException cause = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
      throw FileFault.unreadable(file, cause);
    }
  }
}
