package io.varve.conformance.jars;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/** Plug-ins on the class path, as a build has them before and after it packs them. */
public final class ClassPathPlugins {
  private ClassPathPlugins() {}

  /**
   * The JARs and folders of the class path that have plug-ins; PF4J's annotation processor leaves
   * an empty index elsewhere.
   */
  public static List<Path> roots() throws IOException {
    List<Path> roots = new ArrayList<>();
    ClassLoader loader = ClassPathPlugins.class.getClassLoader();
    for (URL url : Collections.list(loader.getResources(JarContents.INDEX))) {
      String text = url.toString();
      String root = text.substring(0, text.length() - JarContents.INDEX.length());
      try (InputStream index = url.openStream()) {
        if (!JarContents.listed(index.readAllBytes()).isEmpty()) {
          roots.add(Path.of(URI.create(root.replaceFirst("^jar:(.*)!/$", "$1"))));
        }
      }
    }
    return roots;
  }

  /**
   * The plug-ins besides this one. It may lie on the class path as classes too, which are left out.
   */
  public static List<Path> others(Path plugin) throws IOException {
    List<String> own = listed(plugin);
    List<Path> others = new ArrayList<>();
    for (Path root : roots()) {
      if (Collections.disjoint(own, listed(root))) {
        others.add(root);
      }
    }
    return others;
  }

  /** The components of a JAR or a folder; none where it cannot be read, which checks will tell. */
  private static List<String> listed(Path plugin) throws IOException {
    Path index = plugin.resolve(JarContents.INDEX);
    if (Files.isRegularFile(index)) {
      return JarContents.listed(Files.readAllBytes(index));
    }
    if (!Files.isRegularFile(plugin)) {
      return List.of();
    }
    try (JarFile jar = new JarFile(plugin.toFile())) {
      ZipEntry entry = jar.getEntry(JarContents.INDEX);
      return entry == null
          ? List.of()
          : JarContents.listed(jar.getInputStream(entry).readAllBytes());
    } catch (ZipException e) {
      return List.of();
    }
  }

  /**
   * Plug-ins as JARs: folders of classes are packed into a scratch folder.
   *
   * @throws IllegalArgumentException one line, if one is neither a JAR nor such a folder
   */
  public static List<Path> jars(List<Path> plugins, Path scratch) throws IOException {
    List<Path> jars = new ArrayList<>();
    for (Path plugin : plugins) {
      jars.add(jar(plugin, scratch));
    }
    return jars;
  }

  private static Path jar(Path plugin, Path scratch) throws IOException {
    if (Files.isRegularFile(plugin)) {
      return plugin;
    }
    if (!Files.isRegularFile(plugin.resolve(JarContents.INDEX))) {
      throw new IllegalArgumentException(
          "%s: is neither a JAR nor a folder with %s; build the plug-in first"
              .formatted(plugin, JarContents.INDEX));
    }
    return packed(plugin, scratch);
  }

  /** Packs a folder of classes; the project's folder, two above, gives it a Plugin-Id. */
  private static Path packed(Path classes, Path scratch) throws IOException {
    Path target = classes.toAbsolutePath().normalize().getParent();
    String id =
        String.valueOf(target.getParent() == null ? target : target.getParent().getFileName());
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", id);
    manifest.getMainAttributes().putValue("Plugin-Version", "0");
    Path jar = Files.createTempFile(scratch, id + "-", ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = classes.relativize(file).toString().replace('\\', '/');
        if (!name.equals("META-INF/MANIFEST.MF")) {
          entries.putNextEntry(new JarEntry(name));
          Files.copy(file, entries);
        }
      }
    }
    return jar;
  }
}
