package io.varve.model;

import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Named;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /**
   * Loads one JAR. A component is data, so no {@code Plugin-Class} is started; and classes are
   * loaded here by name, as PF4J's own search passes silently over those that do not load.
   */
  private void load(Path jar) {
    List<String> names = PluginJar.components(jar);
    List<String> provided = new ArrayList<>();
    try {
      PluginDescriptor descriptor = jars.load(jar);
      ClassLoader loader = jars.getPluginClassLoader(descriptor.getPluginId());
      for (String name : names) {
        provided.addAll(add(loader.loadClass(name), jar.toString()));
      }
      String id = descriptor.getPluginId();
      String version = descriptor.getVersion();
      plugins.add(new Plugin(id, version, jar, PluginJar.sha256(jar), List.copyOf(provided)));
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          jar
              + ": needs "
              + e.getMessage().replace('/', '.')
              + ", which is nowhere; build it again",
          e);
    } catch (PluginRuntimeException | LinkageError | TypeNotPresentException e) {
      throw new IllegalArgumentException(jar + ": cannot be loaded: " + e.getMessage(), e);
    }
  }

  private List<String> add(Class<?> type, String origin) {
    Named named = type.getAnnotation(Named.class);
    Set<Class<?>> points = points(type);
    if (!type.isRecord() || named == null || points.isEmpty()) {
      throw new IllegalArgumentException(
          origin
              + ": "
              + type.getName()
              + " is no @Named record of an extension point of io.varve.spi");
    }
    for (RecordComponent component : type.getRecordComponents()) {
      component.getGenericType(); // fails here, where the JAR is known, if its type is missing
    }
    origins.put(type, origin);
    List<String> provided = new ArrayList<>();
    for (Class<?> point : points) {
      String kind = Keys.kebab(point.getSimpleName());
      Class<?> other =
          components.computeIfAbsent(point, p -> new TreeMap<>()).put(named.value(), type);
      if (other != null && other != type) {
        throw new IllegalArgumentException(
            "two %s plug-ins are named '%s': one in %s, one in %s; remove one of the JARs"
                .formatted(kind, named.value(), origins.get(other), origin));
      }
      if (point != Family.class) {
        provided.add(kind + " " + named.value());
      }
    }
    return provided;
  }

  /** The extension points of a record: all its interfaces below Component. */
  private static Set<Class<?>> points(Class<?> type) {
    Set<Class<?>> points = new LinkedHashSet<>();
    for (Class<?> i : type.getInterfaces()) {
      if (Component.class.isAssignableFrom(i) && i != Component.class) {
        points.add(i);
        points.addAll(points(i));
      }
    }
    return points;
  }

  /** The records of one extension point by name. */
  public Map<String, Class<?>> components(Class<?> point) {
    return Collections.unmodifiableMap(components.getOrDefault(point, Map.of()));
  }

  /** Where a component comes from: the path of its JAR. */
  public String origin(Class<?> component) {
    return origins.get(component);
  }

  /** The extension points that have a component. */
  public Set<Class<?>> points() {
    return Collections.unmodifiableSet(components.keySet());
  }

  /** The JARs, in the order they were loaded. */
  public List<Plugin> plugins() {
    return List.copyOf(plugins);
  }

  /** Unloads the JARs; what was built of their components must not be used any more. */
  @Override
  public void close() {
    components.clear();
    origins.clear();
    jars.close();
  }

  /** PF4J over single JARs, asking the application's class loader first. */
  private static final class Jars extends JarPluginManager {
    private final List<PluginClassLoader> loaders = new ArrayList<>();

    PluginDescriptor load(Path jar) {
      String id = getPluginDescriptorFinder().find(jar).getPluginId();
      PluginWrapper other = getPlugin(id);
      if (other != null) {
        throw new IllegalArgumentException(
            "two JARs have the Plugin-Id '%s': %s and %s; remove one of them"
                .formatted(id, other.getPluginPath(), jar));
      }
      return getPlugin(loadPlugin(jar)).getDescriptor();
    }

    @Override
    protected PluginLoader createPluginLoader() {
      return new JarPluginLoader(this) {
        @Override
        public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
          ClassLoader parent = Catalog.class.getClassLoader();
          PluginClassLoader loader =
              new PluginClassLoader(pluginManager, descriptor, parent, ClassLoadingStrategy.APD);
          loader.addFile(path.toFile());
          loaders.add(loader);
          return loader;
        }
      };
    }

    /** Closes every loader, also of a JAR that PF4J could not resolve and so would not unload. */
    void close() {
      unloadPlugins();
      for (PluginClassLoader loader : loaders) {
        try {
          loader.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      loaders.clear();
    }
  }
}
