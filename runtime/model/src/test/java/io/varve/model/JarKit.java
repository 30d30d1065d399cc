package io.varve.model;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.pf4j.processor.ExtensionAnnotationProcessor;

/**
 * Plug-in JARs made as their authors make them: Java source compiled against the SPI, with PF4J's
 * annotation processor.
 */
public final class JarKit {
  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private final Manifest manifest = new Manifest();

  private JarKit(String id) {
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Plugin-Id", id);
    main.putValue("Plugin-Version", "1.2.3");
  }

  /** A plug-in of these sources; each declares its package and one public type. */
  public static JarKit of(String id, String... sources) {
    JarKit jar = new JarKit(id);
    jar.entries.putAll(compile(sources));
    return jar;
  }

  public JarKit manifest(String key, String value) {
    if (value == null) {
      manifest.getMainAttributes().remove(new Attributes.Name(key));
    } else {
      manifest.getMainAttributes().putValue(key, value);
    }
    return this;
  }

  public JarKit with(String entry, byte[] bytes) {
    entries.put(entry, bytes);
    return this;
  }

  public JarKit without(String entry) {
    if (entries.remove(entry) == null) {
      throw new IllegalStateException(entry + " is not among " + entries.keySet());
    }
    return this;
  }

  public byte[] entry(String name) {
    return entries.get(name).clone();
  }

  public Path write(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue());
      }
    }
    return file;
  }

  /** Compiles in a folder of its own; class files and what the processor writes, by entry name. */
  private static Map<String, byte[]> compile(String... sources) {
    try {
      Path folder = Files.createTempDirectory("plug-in");
      List<Path> files = new ArrayList<>();
      for (String source : sources) {
        Path file = folder.resolve(typeName(source) + ".java");
        files.add(Files.writeString(file, source));
      }
      Map<String, byte[]> entries = new TreeMap<>();
      Path classes = Files.createDirectory(folder.resolve("classes"));
      javac(files, classes);
      for (Path file : listed(classes)) {
        if (Files.isRegularFile(file)) {
          String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
          entries.put(name, Files.readAllBytes(file));
        }
      }
      for (Path file : listed(folder)) {
        Files.delete(file);
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void javac(List<Path> files, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-g", "--release", "17", "-d", classes.toString());
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              null, manager, note -> {}, options, null, manager.getJavaFileObjectsFromPaths(files));
      task.setProcessors(List.of(new ExtensionAnnotationProcessor()));
      if (!task.call()) {
        throw new IllegalStateException("the plug-in's source does not compile: " + files);
      }
    }
  }

  private static String typeName(String source) {
    return source.replaceFirst(
        "(?s).*?public (?:final )?(?:record|class|interface) (\\w+).*", "$1");
  }

  /** Everything below a folder and the folder itself, the deepest first. */
  private static List<Path> listed(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
