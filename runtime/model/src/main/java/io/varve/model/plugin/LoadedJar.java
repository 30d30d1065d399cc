package io.varve.model.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.pf4j.ClassLoadingStrategy;
import org.pf4j.JarPluginLoader;
import org.pf4j.JarPluginManager;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginLoader;

/**
 * PF4J over one JAR, asking the application's class loader first.
 *
 * <p>A manager of its own for each JAR: PF4J refuses to load any more once it holds one that it
 * cannot resolve, and no plug-in may need another (rule J5 of CONTRACT.md).
 */
final class LoadedJar extends JarPluginManager implements AutoCloseable {
  private Optional<PluginClassLoader> loader = Optional.empty();

  /** Opens a JAR; no class of it is loaded yet. */
  static LoadedJar of(Path path) {
    LoadedJar jar = new LoadedJar();
    try {
      jar.loadPlugin(path);
      return jar;
    } catch (RuntimeException | LinkageError e) {
      jar.close();
      throw e;
    }
  }

  PluginDescriptor descriptor() {
    return getPlugins().get(0).getDescriptor();
  }

  /**
   * A class of the JAR, its static initialisers run.
   *
   * @throws ClassNotFoundException if it is not there
   */
  Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(name, true, loader.orElseThrow());
  }

  @Override
  protected PluginLoader createPluginLoader() {
    return new JarPluginLoader(this) {
      @Override
      public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
        ClassLoader parent = Catalog.class.getClassLoader();
        PluginClassLoader own =
            new PluginClassLoader(pluginManager, descriptor, parent, ClassLoadingStrategy.APD);
        own.addFile(path.toFile());
        loader = Optional.of(own);
        return own;
      }
    };
  }

  /** Lets go of the file, also where PF4J could not resolve the JAR and so would not unload it. */
  @Override
  public void close() {
    unloadPlugins();
    try {
      if (loader.isPresent()) {
        loader.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
