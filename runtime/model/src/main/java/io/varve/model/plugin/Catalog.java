package io.varve.model.plugin;

import io.varve.model.faults.Faults;
import io.varve.model.yaml.Kebab;
import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Named;
import java.io.IOException;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.pf4j.PluginDescriptor;

/**
 * The components that plug-in JARs provide, by extension point and name.
 *
 * <p>Inside a plug-in {@code ai.djl.*} and {@code io.varve.spi.*} are always Varve's own.
 *
 * <p>A JAR that cannot be used is left out as a whole and reported; the others work. Of two JARs
 * with one Plugin-Id, or with a component of one kind and name, the one loaded first stays and the
 * other is left out: folders in the order given, the distribution's own first, and in a folder JARs
 * by file name.
 */
public final class Catalog implements AutoCloseable {
  private final Map<Class<?>, Map<String, Class<?>>> components = new LinkedHashMap<>();
  private final Map<Class<?>, String> origins = new LinkedHashMap<>();
  private final List<Plugin> plugins = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final List<LoadedJar> jars = new ArrayList<>();

  private Catalog() {}

  /**
   * One plug-in JAR.
   *
   * @param provider who made it, as its manifest says; may be empty
   * @param sha256 of the file, lower-case hexadecimal
   * @param components what it provides, as {@code network mlp}
   */
  public record Plugin(
      String id,
      String version,
      String provider,
      Path jar,
      String sha256,
      List<String> components) {}

  /**
   * A JAR that cannot be used.
   *
   * @param reason one line: what is wrong and what to do
   * @param components what it would provide, as {@code network mlp}, as far as it can be read
   */
  public record LeftOut(Path jar, String reason, List<String> components) {
    /** The JAR and the reason. */
    @Override
    public String toString() {
      return jar + ": " + reason;
    }
  }

  /**
   * Loads every JAR in these folders that can be used; a folder that does not exist holds none.
   *
   * @throws IllegalArgumentException one line naming a folder that cannot be listed
   */
  public static Catalog open(List<Path> folders) {
    return ofJars(jars(folders));
  }

  /** Loads those of these JARs that can be used, in this order. */
  public static Catalog ofJars(List<Path> jars) {
    Catalog catalog = new Catalog();
    for (Path jar : jars) {
      try {
        catalog.tryOut(jar);
      } catch (IllegalArgumentException e) {
        catalog.leftOut.add(new LeftOut(jar, e.getMessage(), DeclaredClass.in(jar)));
      }
    }
    return catalog;
  }

  /**
   * A catalog of classes at hand, without JARs: for tests and for programs that bundle their own.
   *
   * @throws IllegalArgumentException one line naming a class that is no component, or has the kind
   *     and name of another
   */
  public static Catalog of(Collection<? extends Class<? extends Component>> types) {
    Catalog catalog = new Catalog();
    types.forEach(type -> catalog.add(List.of(type), "the class path"));
    return catalog;
  }

  /**
   * The JARs of these folders, in the order in which they are loaded; each file once.
   *
   * @throws IllegalArgumentException one line naming a folder that cannot be listed
   */
  public static List<Path> jars(List<Path> folders) {
    Map<Path, Path> jars = new LinkedHashMap<>();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
        List<Path> sorted = new ArrayList<>();
        found.forEach(sorted::add);
        Collections.sort(sorted);
        Path real = folder.toRealPath();
        sorted.forEach(jar -> jars.putIfAbsent(real.resolve(jar.getFileName()), jar));
      } catch (IOException e) {
        throw new IllegalArgumentException(folder + ": cannot be listed: " + Faults.reason(e), e);
      }
    }
    return List.copyOf(jars.values());
  }

  /**
   * Loads one more JAR, wholly or not at all.
   *
   * @throws IllegalArgumentException one line: the JAR, what is wrong with it or which loaded JAR
   *     it clashes with, and what to do
   */
  public Plugin load(Path jar) {
    try {
      return tryOut(jar);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(jar + ": " + e.getMessage(), e);
    }
  }

  /**
   * Loads one more JAR or says in one line why not. A component is data, so no {@code Plugin-Class}
   * is started; and classes are loaded here by name, as PF4J's own search passes silently over
   * those that do not load.
   */
  private Plugin tryOut(Path jar) {
    List<String> names = PluginJar.components(jar);
    String sha256 = PluginJar.sha256(jar);
    LoadedJar loaded = Faults.loading(() -> LoadedJar.of(jar));
    try {
      PluginDescriptor descriptor = loaded.descriptor();
      requireNewId(descriptor.getPluginId());
      List<Class<?>> types = new ArrayList<>();
      for (String name : names) {
        types.add(Faults.loading(() -> whole(loaded.type(name))));
      }
      List<String> provided = add(types, jar.toString());
      Plugin plugin =
          new Plugin(
              descriptor.getPluginId(),
              descriptor.getVersion(),
              Optional.ofNullable(descriptor.getProvider()).orElse(""),
              jar,
              sha256,
              provided);
      plugins.add(plugin);
      jars.add(loaded);
      return plugin;
    } catch (IllegalArgumentException e) {
      loaded.close();
      throw e;
    }
  }

  private void requireNewId(String id) {
    for (Plugin other : plugins) {
      if (other.id().equals(id)) {
        throw new IllegalArgumentException(
            "has the Plugin-Id '%s', as %s, which is loaded first; remove one of them"
                .formatted(id, other.jar()));
      }
    }
  }

  /** Fails here, where the JAR is known, if a type that a record needs is missing. */
  private static Class<?> whole(Class<?> type) {
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        component.getGenericType();
      }
    }
    return type;
  }

  /** Adds all of these classes or, where one cannot be added, none. */
  private List<String> add(List<Class<?>> types, String origin) {
    Map<Class<?>, Map<String, Class<?>>> added = new LinkedHashMap<>();
    List<String> provided = new ArrayList<>();
    for (Class<?> type : types) {
      Named named = type.getAnnotation(Named.class);
      Set<Class<?>> points = points(type);
      if (!type.isRecord() || named == null || points.isEmpty()) {
        throw new IllegalArgumentException(
            "%s is no @Named record of an extension point of io.varve.spi; see docs/plugins.md"
                .formatted(type.getName()));
      }
      for (Class<?> point : points) {
        String kind = Kebab.of(point.getSimpleName());
        Map<String, Class<?>> mine = added.computeIfAbsent(point, p -> new LinkedHashMap<>());
        requireNewName(kind, named.value(), components(point), mine);
        mine.put(named.value(), type);
        if (point != Family.class) {
          provided.add(kind + " " + named.value());
        }
      }
    }
    added.forEach(
        (point, mine) -> components.computeIfAbsent(point, p -> new TreeMap<>()).putAll(mine));
    types.forEach(type -> origins.put(type, origin));
    return List.copyOf(provided);
  }

  private void requireNewName(
      String kind, String name, Map<String, Class<?>> present, Map<String, Class<?>> mine) {
    if (mine.containsKey(name)) {
      throw new IllegalArgumentException(
          "has two %s plug-ins named '%s'; rename one".formatted(kind, name));
    }
    if (present.containsKey(name)) {
      throw new IllegalArgumentException(
          "its %s '%s' has the name of one in %s, which is loaded first; rename it, or remove one of them"
              .formatted(kind, name, origins.get(present.get(name))));
    }
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

  /** The JARs that cannot be used, in the order they were met. */
  public List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
  }

  /** The JAR left out that would provide a component of this name. */
  public Optional<LeftOut> leftOut(Class<?> point, String name) {
    List<String> kinds =
        point == Family.class
            ? List.of("prior", "likelihood")
            : List.of(Kebab.of(point.getSimpleName()));
    return leftOut.stream()
        .filter(
            jar -> kinds.stream().anyMatch(kind -> jar.components().contains(kind + " " + name)))
        .findFirst();
  }

  /** Unloads the JARs; what was built of their components must not be used any more. */
  @Override
  public void close() {
    components.clear();
    origins.clear();
    jars.forEach(LoadedJar::close);
    jars.clear();
  }
}
