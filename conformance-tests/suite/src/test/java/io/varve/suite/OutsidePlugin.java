package io.varve.suite;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Builds plug-in JARs as a stranger would: against core-spi and what it brings, nothing else. */
final class OutsidePlugin {
  private OutsidePlugin() {}

  /**
   * Compiles sources and packs them.
   *
   * @param sources text by class name
   * @param extra further entries of the JAR, by path
   */
  static Path build(
      Path folder, String id, Map<String, String> sources, Map<String, byte[]> extra) {
    try {
      Path code = Files.createDirectories(folder.resolve(id + "-src"));
      Path classes = Files.createDirectories(folder.resolve(id + "-classes"));
      compile(code, classes, sources);
      Path jar = folder.resolve(id + ".jar");
      pack(jar, id, classes, extra);
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void compile(Path code, Path classes, Map<String, String> sources)
      throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = code.resolve(source.getKey().replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-d",
              classes.toString(),
              "-cp",
              classPath(),
              "-processorpath",
              classPath(),
              "--release",
              "17");
      boolean compiled =
          compiler
              .getTask(
                  null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!compiled) {
        throw new IllegalStateException("the plug-in does not compile");
      }
    }
  }

  /**
   * core-spi's JAR, DJL's API and PF4J: the distribution's, as an author's build would have them.
   */
  private static String classPath() throws IOException {
    try (Stream<Path> lib = Files.list(Cli.distribution().resolve("lib"))) {
      return lib.map(Path::toString)
          .filter(
              jar -> jar.matches(".*/(varve-core-spi|api|pf4j|slf4j-api|java-semver)-[^/]*\\.jar"))
          .reduce((a, b) -> a + File.pathSeparator + b)
          .orElseThrow();
    }
  }

  private static void pack(Path jar, String id, Path classes, Map<String, byte[]> extra)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", id);
    manifest.getMainAttributes().putValue("Plugin-Version", "1.0.0");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, entries);
      }
      for (Map.Entry<String, byte[]> entry : extra.entrySet()) {
        entries.putNextEntry(new JarEntry(entry.getKey()));
        entries.write(entry.getValue());
      }
    }
  }
}
