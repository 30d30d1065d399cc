package io.varve.app.plugins;

import io.varve.app.option.GlobalOptions;
import io.varve.app.option.Workspace;
import io.varve.inference.file.AtomicFile;
import io.varve.inference.file.FileFault;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.Catalog.Plugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder that plug-ins are installed into, among those they are loaded from.
 *
 * @param all the folders, in the order in which they are loaded
 * @param own the one that JARs are put into
 */
record PluginFolder(List<Path> all, Path own) {
  private static final String VARVE = "Varve";

  /**
   * The last folder of {@code --plugins}, or the distribution's own.
   *
   * @throws IllegalArgumentException if there is none
   */
  static PluginFolder of(GlobalOptions global) {
    List<Path> folders = Workspace.folders(global);
    if (folders.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no plug-ins folder; start through bin/varve or name one by --plugins");
    }
    return new PluginFolder(folders, folders.get(folders.size() - 1));
  }

  /**
   * Copies a JAR into the folder, wholly or not at all, once it has been loaded beside the others.
   *
   * @param replace whether it may take the place of one with its Plugin-Id or file name
   * @throws IllegalArgumentException one line: what is wrong with the JAR, or what it clashes with
   */
  Plugin install(Path jar, boolean replace) {
    if (!Files.isRegularFile(jar) || !jar.toString().endsWith(".jar")) {
      throw new IllegalArgumentException(jar + ": is no file NAME.jar; give the plug-in's JAR");
    }
    Path target = own.resolve(jar.getFileName());
    String id = id(jar);
    List<Path> present = new ArrayList<>(Catalog.jars(all));
    Optional<Plugin> older = present(id);
    if (older.isPresent()) {
      requireReplaceable(jar, older.get(), replace);
      present.remove(older.get().jar());
    }
    if (Files.exists(target) && !replace) {
      throw new IllegalArgumentException(
          jar + ": " + target + " is there already; --replace takes its place");
    }
    present.remove(target);
    Plugin plugin = tried(jar, present);
    write(jar, target);
    older.map(Plugin::jar).filter(old -> !old.equals(target)).ifPresent(PluginFolder::delete);
    return plugin;
  }

  /** The Plugin-Id of a JAR that can be loaded by itself. */
  private static String id(Path jar) {
    return tried(jar, List.of()).id();
  }

  private static Plugin tried(Path jar, List<Path> beside) {
    try (Catalog catalog = Catalog.ofJars(beside)) {
      return catalog.load(jar);
    }
  }

  private Optional<Plugin> present(String id) {
    try (Catalog catalog = Catalog.open(all)) {
      return catalog.plugins().stream().filter(plugin -> plugin.id().equals(id)).findFirst();
    }
  }

  private void requireReplaceable(Path jar, Plugin older, boolean replace) {
    if (isBundled(older)) {
      throw new IllegalArgumentException(
          "%s: its Plugin-Id '%s' is that of a plug-in that comes with Varve; take another"
              .formatted(jar, older.id()));
    }
    if (!replace || !own.equals(older.jar().getParent())) {
      throw new IllegalArgumentException(
          "%s: '%s' %s is installed already, as %s; %s"
              .formatted(
                  jar,
                  older.id(),
                  older.version(),
                  older.jar(),
                  replace ? "remove it first" : "--replace takes its place"));
    }
  }

  private static void write(Path jar, Path target) {
    try {
      AtomicFile.write(target, Files.readAllBytes(jar));
    } catch (IOException e) {
      throw FileFault.unreadable(jar, e);
    }
  }

  /**
   * Deletes a JAR.
   *
   * @param which its Plugin-Id, its file name or its path
   * @param force whether it may be one that comes with Varve
   * @return the JAR that is gone
   * @throws IllegalArgumentException if there is none or more than one, or Varve comes with it
   */
  Path remove(String which, boolean force) {
    List<Path> jars = Catalog.jars(all);
    List<Plugin> plugins;
    try (Catalog catalog = Catalog.ofJars(jars)) {
      plugins = catalog.plugins();
    }
    List<Path> found = new ArrayList<>(jars);
    found.removeIf(
        jar ->
            !jar.endsWith(which)
                && !jar.equals(Path.of(which))
                && plugins.stream().noneMatch(p -> p.id().equals(which) && p.jar().equals(jar)));
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "%s plug-in has the Plugin-Id or file name '%s'; 'varve plugins list --json' names them"
              .formatted(found.isEmpty() ? "no" : "more than one", which));
    }
    Path jar = found.get(0);
    boolean bundled = plugins.stream().anyMatch(p -> p.jar().equals(jar) && isBundled(p));
    if (bundled && !force) {
      throw new IllegalArgumentException(
          jar + ": comes with Varve, and models need it; --force removes it all the same");
    }
    delete(jar);
    return jar;
  }

  private static boolean isBundled(Plugin plugin) {
    return plugin.provider().equals(VARVE)
        && Workspace.home()
            .map(home -> home.resolve("plugins").equals(plugin.jar().getParent()))
            .orElse(false);
  }

  private static void delete(Path jar) {
    try {
      Files.delete(jar);
    } catch (IOException e) {
      throw FileFault.undeletable(jar, e);
    }
  }
}
