package io.varve.training.run;

import io.varve.inference.file.FileFault;
import io.varve.model.plugin.Catalog;
import io.varve.training.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code plugins.lock} in a run's folder: the JARs that its model's components came from.
 *
 * @param plugins those JARs
 */
record PluginLock(List<Entry> plugins) {
  /** Its name. */
  static final String FILE = "plugins.lock";

  private static final String REMEDY =
      "; put the old JAR back, or go on with --accept-changed-plugins";

  /**
   * One JAR.
   *
   * @param id its Plugin-Id
   * @param sha256 of the file, lower-case hexadecimal
   */
  record Entry(String id, String version, String sha256) {
    @Override
    public String toString() {
      return version + ", SHA-256 " + sha256;
    }
  }

  private static PluginLock of(List<Catalog.Plugin> plugins) {
    return new PluginLock(
        plugins.stream().map(p -> new Entry(p.id(), p.version(), p.sha256())).toList());
  }

  /** Records the JARs that a run's model is made of. */
  static void write(Path run, List<Catalog.Plugin> plugins) {
    JsonFiles.write(run.resolve(FILE), of(plugins));
  }

  /**
   * Checks that a run's model is still made of the JARs it was trained with; a run without a lock
   * has nothing to compare.
   *
   * @throws IllegalArgumentException one line: the JAR that has changed, its SHA-256 then and now,
   *     and how to go on
   */
  static void require(Path run, List<Catalog.Plugin> plugins) {
    Path file = run.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    PluginLock lock = read(file);
    for (Catalog.Plugin plugin : plugins) {
      List<Entry> then = lock.plugins.stream().filter(e -> e.id().equals(plugin.id())).toList();
      Entry now = new Entry(plugin.id(), plugin.version(), plugin.sha256());
      if (then.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: plug-in '%s' (%s) is none of those the run was trained with, %s"
                    .formatted(
                        run,
                        plugin.id(),
                        plugin.jar(),
                        lock.plugins.stream().map(Entry::id).toList())
                + REMEDY);
      }
      if (!then.get(0).sha256().equals(now.sha256())) {
        throw new IllegalArgumentException(
            "%s: plug-in '%s' is not the one the run was trained with: then %s; now %s (%s)"
                    .formatted(run, plugin.id(), then.get(0), now, plugin.jar())
                + REMEDY);
      }
    }
  }

  /** Whether a file is such a lock. */
  static boolean isOne(Path file) throws IOException {
    return file.endsWith(FILE) && JsonFiles.read(file, PluginLock.class).plugins != null;
  }

  private static PluginLock read(Path file) {
    try {
      return JsonFiles.read(file, PluginLock.class);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          FileFault.line(file, "cannot be read", e)
              + "; restore it, or delete it to go on unchecked",
          e);
    }
  }
}
