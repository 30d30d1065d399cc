package io.varve.training.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import io.varve.inference.file.Safetensors;
import io.varve.inference.file.Sha256;
import io.varve.training.learning.Learner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run: pairs of {@code step-N.safetensors} and {@code step-N.json}. The JSON
 * is written last and holds the sum of the other, so a crash leaves a pair that proves itself or
 * none; the last two are kept.
 */
public final class Checkpoints {
  private static final int KEPT = 2;
  private static final Pattern COMMITTED = Pattern.compile("step-[0-9]{10}\\.json");

  /**
   * All names that checkpoints and unfinished files have, also in earlier versions, and no others.
   */
  private static final Pattern OURS =
      Pattern.compile(
          "step-[0-9]{10}\\.(json|safetensors)(\\.[0-9a-f-]{36}\\.tmp)?"
              + "|\\.varve-[0-9a-f-]{36}\\.tmp");

  private final Path folder;
  private final String model;

  /**
   * The checkpoints in a folder.
   *
   * @param yaml the model file they belong to
   */
  public Checkpoints(Path folder, String yaml) {
    this.folder = folder;
    this.model = Sha256.of(yaml);
  }

  /**
   * Where training stands.
   *
   * @param step optimiser steps done; with the data's size it tells the epoch and the place in it
   * @param epoch epochs begun before the next step
   * @param cursor images of that epoch already seen
   * @param skipped updates left out up to the last line of metrics
   * @param tallied steps since the last line of metrics
   * @param tally their sums
   * @param seconds spent training
   * @param seed of the run
   * @param image the shape of a stored image, [C, H, W]
   */
  public record Position(
      long step,
      long epoch,
      long cursor,
      long skipped,
      int tallied,
      List<String> tally,
      double seconds,
      long seed,
      List<Long> image) {}

  /** What the JSON of a checkpoint holds. */
  private record Commit(int format, Position position, String model_sha256, String sha256) {}

  /** A checkpoint that has proved itself. */
  public record Saved(Path file, Position position, Safetensors tensors) {
    /** The shape of a stored image, [C, H, W]. */
    public Shape image() {
      return new Shape(position.image());
    }
  }

  /** Saves, then drops all but the last two. */
  public Path save(Learner learner, Position position) {
    Path file =
        folder.resolve(String.format(Locale.ROOT, "step-%010d.safetensors", position.step()));
    try {
      Folders.make(folder);
      CheckpointTensors.write(file, learner);
      Commit commit = new Commit(1, position, model, Sha256.of(file));
      JsonFiles.write(commitOf(file), commit);
      prune();
      return file;
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
  }

  /** Deletes older checkpoints and what crashes left half done; a user's files stay. */
  private void prune() throws IOException {
    List<Path> commits = commits();
    List<Path> kept = new ArrayList<>();
    for (Path commit : commits.subList(0, Math.min(KEPT, commits.size()))) {
      kept.add(commit);
      kept.add(tensorsOf(commit));
    }
    try (Stream<Path> all = Files.list(folder)) {
      // A commit goes before its tensors: without it nobody looks for them.
      for (Path file : all.filter(f -> isOurs(f) && !kept.contains(f)).sorted().toList()) {
        delete(file);
      }
    }
  }

  private static boolean isOurs(Path file) {
    return OURS.matcher(file.getFileName().toString()).matches()
        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Windows keeps a file that is still mapped; the next save tries again. */
  private static void delete(Path file) throws IOException {
    try {
      Files.deleteIfExists(file);
    } catch (AccessDeniedException e) {
      if (!System.getProperty("os.name").startsWith("Windows")) {
        throw e;
      }
    }
  }

  /**
   * The newest checkpoint that is whole; empty where none was ever completed.
   *
   * @param notes hears which were passed over, and why
   * @throws IllegalArgumentException one line: if all are damaged, if a tensor of the newest holds
   *     a NaN, or if they belong to another model file
   */
  public Optional<Saved> newest(Consumer<String> notes) {
    List<String> passed = new ArrayList<>();
    for (Path commit : commits()) {
      try {
        return Optional.of(open(commit));
      } catch (IOException e) {
        String line = FileFault.line(commit, "passed over", e);
        passed.add(line);
        notes.accept(line);
      }
    }
    if (!passed.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: no checkpoint is whole (%s); restore one or train anew"
              .formatted(folder, String.join("; ", passed)));
    }
    return Optional.empty();
  }

  private Saved open(Path commit) throws IOException {
    int format = JsonFiles.integer(commit, "format");
    if (format != 1) {
      throw new IllegalArgumentException(
          commit + ": has format " + format + ", this version reads 1; use a newer varve");
    }
    Commit found = JsonFiles.read(commit, Commit.class);
    Path file = tensorsOf(commit);
    Safetensors tensors;
    try {
      tensors = Safetensors.open(file);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    tensors.requireFinite();
    String sum = Sha256.of(file);
    if (!sum.equals(found.sha256())) {
      throw new IOException(
          "%s has the SHA-256 %s, expected %s".formatted(file.getFileName(), sum, found.sha256()));
    }
    if (!found.model_sha256().equals(model)) {
      throw new IllegalArgumentException(
          commit + ": belongs to another model.yaml than the one beside it; restore that file");
    }
    return new Saved(file, found.position(), tensors);
  }

  /** The JSON files, newest first. */
  private List<Path> commits() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> COMMITTED.matcher(f.getFileName().toString()).matches())
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (IOException e) {
      throw FileFault.unlistable(folder, e);
    }
  }

  private static Path commitOf(Path tensors) {
    return tensors.resolveSibling(
        tensors.getFileName().toString().replace(".safetensors", ".json"));
  }

  private static Path tensorsOf(Path commit) {
    return commit.resolveSibling(commit.getFileName().toString().replace(".json", ".safetensors"));
  }
}
