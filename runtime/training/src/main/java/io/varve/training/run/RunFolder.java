package io.varve.training.run;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import io.varve.inference.file.Printable;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.training.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a training run: {@code model.yaml} with overrides resolved, {@code plugins.lock},
 * {@code data.json}, {@code run.json}, {@code checkpoints/}, {@code metrics.jsonl}, {@code
 * events/}, {@code samples/} and {@code report.html}.
 *
 * <p>Open for writing it is locked; a process that dies gives up its lock.
 */
public final class RunFolder implements AutoCloseable {
  private static final String LOCK = "run.lock";

  /**
   * All names that a run writes in its folder, but for {@code model.yaml}, which makes it a run.
   */
  private static final List<String> NAMES =
      List.of(
          "run.json",
          "data.json",
          "data.txt.gz",
          "metrics.jsonl",
          "report.html",
          "checkpoints",
          "events",
          "samples",
          LOCK,
          PluginLock.FILE);

  private final Path path;
  private final FileChannel lock;

  private RunFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Starts a run.
   *
   * @param yaml the model file's text, overrides resolved
   * @param plugins the JARs its components come from
   * @throws IllegalArgumentException if the folder already holds a run or cannot be written
   */
  public static RunFolder create(Path path, String yaml, List<Catalog.Plugin> plugins) {
    requireNone(path);
    try {
      Folders.make(path);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(path, "cannot be made a folder", e) + "; choose another --out", e);
    }
    FileChannel lock = lock(path);
    PluginLock.write(path, plugins);
    JsonFiles.write(model(path), yaml); // last: it is what makes the folder a run
    return new RunFolder(path, lock);
  }

  /**
   * Checks that no run and no file of a user would be overwritten, and that the folder can be made.
   *
   * @throws IllegalArgumentException if the folder already holds a run, or a file of a name that
   *     runs write, or cannot be written
   */
  public static void requireNone(Path path) {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      String why = Files.isDirectory(there) ? "permission denied" : "it is not a folder";
      throw new IllegalArgumentException(
          "%s: cannot be made a folder: %s: %s; choose another --out".formatted(path, there, why));
    }
    if (isRun(path)) {
      throw new IllegalArgumentException(
          "%s: already holds a run; continue it with 'varve resume %s' or choose another --out"
              .formatted(path, path));
    }
    for (String name : NAMES) {
      Path taken = path.resolve(name);
      if (Files.exists(taken, LinkOption.NOFOLLOW_LINKS) && !isLeft(taken)) {
        throw new IllegalArgumentException(
            "%s: is there already, and a new run would write its own; choose another --out, or move it away"
                .formatted(Printable.of(taken.toString())));
      }
    }
  }

  /**
   * Whether a new run may take a name: it is that of an empty folder, or of what a start that was
   * killed had written before {@code model.yaml}.
   */
  private static boolean isLeft(Path taken) {
    if (Files.isDirectory(taken)) {
      try (Stream<Path> files = Files.list(taken)) {
        return files.findAny().isEmpty();
      } catch (IOException e) {
        throw FileFault.unlistable(taken, e);
      }
    }
    try {
      return taken.endsWith(LOCK) ? Files.size(taken) == 0 : PluginLock.isOne(taken);
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether a folder holds a run. */
  public static boolean isRun(Path path) {
    return Files.exists(model(path));
  }

  /**
   * Opens a run to go on with it.
   *
   * @param plugins the JARs its components come from now
   * @throws IllegalArgumentException if there is none, or another process writes to it
   */
  public static RunFolder open(Path path, List<Catalog.Plugin> plugins) {
    yaml(path, Optional.empty());
    RunFolder folder = new RunFolder(path, lock(path));
    PluginLock.write(path, plugins);
    return folder;
  }

  /**
   * The model file of a run, to read it only.
   *
   * @param data the folder of its data set, where it is not the one that the run was trained on
   * @throws IllegalArgumentException if the folder holds no run
   */
  public static YamlText yaml(Path path, Optional<String> data) {
    if (!Files.isRegularFile(model(path))) {
      throw new IllegalArgumentException(
          path
              + ": holds no run, it has no model.yaml; expected the --out folder of 'varve train'");
    }
    YamlText yaml = YamlText.read(model(path));
    data.or(() -> DataRecord.folder(path)).ifPresent(folder -> yaml.set("data.path", folder));
    return yaml;
  }

  private static FileChannel lock(Path path) {
    Path file = path.resolve(LOCK);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          return channel;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this process holds it: the same answer as another process.
      }
      channel.close();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(file, "cannot be locked", e)
              + "; training writes into the run's folder, so make it writable",
          e);
    }
    throw new IllegalArgumentException(
        path
            + ": another process is training into this folder; wait for it or choose another --out");
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** The text of a run's model file, as it was written. */
  public static String text(Path run) {
    try {
      return Files.readString(model(run));
    } catch (IOException e) {
      throw FileFault.unreadable(model(run), e);
    }
  }

  /** Describes the run in {@code run.json}. */
  public void describe(Map<String, Object> facts) {
    JsonFiles.write(path.resolve("run.json"), facts);
  }

  static Path model(Path run) {
    return run.resolve("model.yaml");
  }

  /** The folder of a run's checkpoints. */
  public static Path checkpoints(Path run) {
    return run.resolve("checkpoints");
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw FileFault.unwritable(path.resolve(LOCK), e);
    }
  }
}
