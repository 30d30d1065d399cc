package io.varve.app.option;

import io.varve.app.process.EngineCache;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The plug-ins of a command, from the distribution and from {@code --plugins}. */
public final class Workspace implements AutoCloseable {
  private final Catalog catalog;

  private Workspace(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Loads the plug-ins, with a warning for each that is left out.
   *
   * @throws IllegalArgumentException if a folder is missing
   */
  public static Workspace open(GlobalOptions global) {
    Workspace workspace = quietly(global);
    workspace
        .catalog
        .leftOut()
        .forEach(leftOut -> Output.say("warning: plug-in left out: %s", leftOut));
    return workspace;
  }

  /** Loads the plug-ins without warnings; the caller reports those left out. */
  public static Workspace quietly(GlobalOptions global) {
    EngineCache.choose().ifPresent(note -> Output.say("note: %s", note));
    return new Workspace(Catalog.open(folders(global)));
  }

  /** The folders of plug-ins, in the order in which they are loaded. */
  public static List<Path> folders(GlobalOptions global) {
    List<Path> folders = new ArrayList<>();
    home().ifPresent(home -> folders.add(home.resolve("plugins")));
    for (Path folder : global.plugins()) {
      if (!Files.isDirectory(folder)) {
        throw new IllegalArgumentException("--plugins " + folder + ": is not a folder");
      }
      folders.add(folder);
    }
    return folders;
  }

  /** The distribution's folder, if the launcher has set it. */
  public static Optional<Path> home() {
    return Optional.ofNullable(System.getProperty("varve.home")).map(Path::of);
  }

  /** The loaded plug-ins. */
  public Catalog catalog() {
    return catalog;
  }

  /** Binds model files to the components of these plug-ins. */
  public Binder binder() {
    return new Binder(catalog);
  }

  @Override
  public void close() {
    catalog.close();
  }
}
