package io.varve.model;

import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Prior;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pf4j.ClassLoadingStrategy;
import org.pf4j.JarPluginLoader;
import org.pf4j.JarPluginManager;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginWrapper;

/**
 * The components that plug-in JARs provide, by extension point and name.
 *
 * <p>Inside a plug-in {@code ai.djl.*} and {@code io.varve.spi.*} are always Varve's own.
 */
public final class Catalog implements AutoCloseable {
  private final Map<Class<?>, Map<String, Class<?>>> components = new LinkedHashMap<>();
  private final Map<Class<?>, String> origins = new LinkedHashMap<>();
  private final List<Plugin> plugins = new ArrayList<>();
  private final Jars jars;

  private Catalog(Jars jars) {
    this.jars = jars;
  }

  /**
   * One plug-in JAR.
   *
   * @param components what it provides, as {@code network mlp}
   */
  public record Plugin(
      String id, String version, Path jar, String sha256, List<String> components) {}

  /**
   * Loads every JAR in these folders; a folder that does not exist holds none.
   *
   * @throws IllegalArgumentException one line naming the JAR that cannot be used, or both JARs that
   *     provide a component of one kind and name
   */
  public static Catalog open(List<Path> folders) {
    Catalog catalog = new Catalog(new Jars());
    try {
      for (Path jar : jars(folders)) {
        catalog.load(jar);
      }
      return catalog;
    } catch (RuntimeException e) {
      catalog.close();
      throw e;
    }
  }

  /**
   * A catalog of classes at hand, without JARs: for tests and for programs that bundle their own.
   */
  public static Catalog of(Collection<? extends Class<? extends Component>> types) {
    Catalog catalog = new Catalog(new Jars());
    types.forEach(type -> catalog.add(type, "the class path"));
    return catalog;
  }

  private static List<Path> jars(List<Path> folders) {
    List<Path> jars = new ArrayList<>();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
        List<Path> sorted = new ArrayList<>();
        found.forEach(sorted::add);
        Collections.sort(sorted);
        jars.addAll(sorted);
      } catch (IOException e) {
        throw new IllegalArgumentException(folder + ": cannot be listed: " + e.getMessage(), e);
      }
    }
    return jars;
  }

  private void load(Path jar) {
    PluginJar.check(jar);
    List<String> provided = new ArrayList<>();
    try {
      String id = jars.loadPlugin(jar);
      for (Class<?> type : jars.getExtensionClasses(id)) {
        provided.addAll(add(type, jar.getFileName().toString()));
      }
      PluginWrapper wrapper = jars.getPlugin(id);
      String version = wrapper.getDescriptor().getVersion();
      plugins.add(new Plugin(id, version, jar, PluginJar.sha256(jar), List.copyOf(provided)));
    } catch (PluginRuntimeException | LinkageError e) {
      throw new IllegalArgumentException(jar + ": cannot be loaded: " + e.getMessage(), e);
    }
  }

  private List<String> add(Class<?> type, String origin) {
    Named named = type.getAnnotation(Named.class);
    if (!type.isRecord() || named == null || !Component.class.isAssignableFrom(type)) {
      throw new IllegalArgumentException(
          origin + ": " + type.getName() + " is no record that is @Named and a Component");
    }
    origins.put(type, origin);
    List<String> provided = new ArrayList<>();
    for (Class<?> point : points(type)) {
      Class<?> other =
          components.computeIfAbsent(point, p -> new TreeMap<>()).put(named.value(), type);
      if (other != null && other != type) {
        throw new IllegalArgumentException(
            "two "
                + Keys.kebab(point.getSimpleName())
                + " plug-ins are named '"
                + named.value()
                + "': one in "
                + origins.get(other)
                + ", one in "
                + origin
                + "; remove one of the JARs");
      }
      provided.add(Keys.kebab(point.getSimpleName()) + " " + named.value());
    }
    provided.removeIf(p -> p.startsWith("family "));
    return provided;
  }

  /** The extension points of a record; a prior or likelihood is a family as well. */
  private static Set<Class<?>> points(Class<?> type) {
    Set<Class<?>> points = new LinkedHashSet<>();
    Arrays.stream(type.getInterfaces())
        .filter(i -> Component.class.isAssignableFrom(i) && i != Component.class)
        .forEach(points::add);
    if (points.contains(Prior.class) || points.contains(Likelihood.class)) {
      points.add(Family.class);
    }
    return points;
  }

  /** The records of one extension point by name. */
  public Map<String, Class<?>> components(Class<?> point) {
    return Collections.unmodifiableMap(components.getOrDefault(point, Map.of()));
  }

  /** The extension points that have a component. */
  public Set<Class<?>> points() {
    return Collections.unmodifiableSet(components.keySet());
  }

  /** The JARs, in the order they were loaded. */
  public List<Plugin> plugins() {
    return List.copyOf(plugins);
  }

  /** Unloads the JARs. */
  @Override
  public void close() {
    jars.unloadPlugins();
  }

  /** PF4J over single JARs, asking the application's class loader first. */
  private static final class Jars extends JarPluginManager {
    @Override
    protected PluginLoader createPluginLoader() {
      return new JarPluginLoader(this) {
        @Override
        public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
          PluginClassLoader loader =
              new PluginClassLoader(
                  pluginManager,
                  descriptor,
                  Catalog.class.getClassLoader(),
                  ClassLoadingStrategy.APD);
          loader.addFile(path.toFile());
          return loader;
        }
      };
    }
  }
}
