package io.varve.conformance;

import io.varve.broken.Breaks;
import io.varve.conformance.jars.JarContents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Packs what is broken on purpose. */
final class BrokenJars {
  /** In place of an entry's bytes: the JAR does not have it. */
  static final byte[] ABSENT = {0};

  /** In place of an entry's bytes: the same class for Java 21. */
  static final byte[] NEWER = {1};

  /** In place of an entry's bytes: those of a class. */
  static final byte[] SOME_CLASS = {2};

  private static final byte JAVA_21 = 65;
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  private BrokenJars() {}

  /** Compiles all of them at once, and packs each into a JAR of its name. */
  static void pack(List<BrokenJar> jars, Path folder) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-d",
            classes.toString(),
            "-proc:none",
            "-nowarn",
            "-cp",
            System.getProperty("java.class.path"));
    List<Source> sources =
        jars.stream().map(jar -> new Source(jar.folder(), jar.source())).toList();
    if (!compiler.getTask(null, null, null, options, null, sources).call()) {
      throw new IllegalStateException("the broken plug-ins do not compile");
    }
    for (BrokenJar jar : jars) {
      Map<String, byte[]> entries = read(classes, "broken/" + jar.folder() + "/", "");
      entries.put(JarContents.INDEX, bytes("broken." + jar.folder() + ".Broken\n"));
      entries.put(MANIFEST, manifest(jar.name()));
      jar.changes().forEach((path, bytes) -> change(entries, path, bytes));
      write(path(folder, jar.name()), entries);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String folder, String text) {
      super(URI.create("string:///broken/" + folder + "/Broken.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  static Path path(Path folder, String name) {
    return folder.resolve(name + ".jar");
  }

  private static void change(Map<String, byte[]> entries, String path, byte[] bytes) {
    if (bytes == ABSENT) {
      entries.remove(path);
    } else if (bytes == NEWER) {
      entries.get(path)[7] = JAVA_21;
    } else if (bytes == SOME_CLASS) {
      entries.put(path, entries.get(path.replaceFirst(".*/", "broken/seconddjl/")));
    } else {
      entries.put(path, bytes);
    }
  }

  /** Packs one broken record of this module's tests, with whatever stands beside it. */
  static Path pack(Class<?> broken, Path folder) throws IOException {
    Path classes = Path.of(URI.create(root(broken)));
    Class<?> holder = broken.getNestHost();
    String prefix = holder.getName().replace('.', '/');
    Map<String, byte[]> entries = read(classes, "io/varve/broken/", "");
    entries
        .keySet()
        .removeIf(path -> path.matches(".*/(Broken|Sound).*") && !path.startsWith(prefix));
    for (Class<?> other : holder.getDeclaredClasses()) {
      if (other != broken && other.isAnnotationPresent(Breaks.class)) {
        String name = other.getName().replace('.', '/');
        entries.keySet().removeIf(path -> path.matches("\\Q" + name + "\\E(\\$.*)?\\.class"));
      }
    }
    String id = broken.getSimpleName();
    entries.put(JarContents.INDEX, bytes(broken.getName() + "\n"));
    entries.put(MANIFEST, manifest(id));
    return write(path(folder, holder.getSimpleName() + "-" + id), entries);
  }

  private static String root(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().toString();
  }

  private static Map<String, byte[]> read(Path root, String under, String prefix)
      throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root.resolve(under))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString().replace('\\', '/');
        if (name.startsWith(prefix)) {
          entries.put(name, Files.readAllBytes(file));
        }
      }
    }
    return entries;
  }

  private static byte[] manifest(String id) {
    return bytes("Manifest-Version: 1.0\nPlugin-Id: broken-%s\nPlugin-Version: 1\n".formatted(id));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Path write(Path jar, Map<String, byte[]> entries) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(entries.remove(MANIFEST)));
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new JarOutputStream(out, manifest)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new JarEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return jar;
  }

  /** Unpacks a JAR as a compiler leaves its classes: without a manifest. */
  static void unpack(Path jar, Path folder) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().filter(e -> !e.getName().equals(MANIFEST)).toList()) {
        Path path = folder.resolve(entry.getName());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getInputStream(entry).readAllBytes());
      }
    }
  }

  /** Every broken record of this module's tests, holders and records by name. */
  static List<Class<?>> records() throws IOException {
    List<Class<?>> records = new ArrayList<>();
    try (Stream<Path> files =
        Files.list(Path.of(URI.create(root(Breaks.class))).resolve("io/varve/broken"))) {
      for (Path file : files.sorted().toList()) {
        String name = "io.varve.broken." + file.getFileName().toString().replace(".class", "");
        Class<?> type = Class.forName(name);
        if (type.isAnnotationPresent(Breaks.class)) {
          records.add(type);
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return records;
  }
}
