package io.varve.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Plug-in JARs with one schedule each: {@code one}, {@code two} or {@code three}. */
public final class Jar {
  /** Compiled once, as the compiler takes its time. */
  private static final Map<String, byte[]> CLASSES = compile(List.of("One", "Two", "Three"));

  private Jar() {}

  /** A JAR whose id begins with {@code varve-} is one that comes with Varve. */
  public static Path write(Path file, String id, String version, String schedule) {
    String type = Character.toUpperCase(schedule.charAt(0)) + schedule.substring(1);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Plugin-Id", id);
    manifest.getMainAttributes().putValue("Plugin-Version", version);
    if (id.startsWith("varve-")) {
      manifest.getMainAttributes().putValue("Plugin-Provider", "Varve");
    }
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(new JarEntry("acme/" + type + ".class"));
      jar.write(CLASSES.get(type));
      jar.putNextEntry(new JarEntry("META-INF/extensions.idx"));
      jar.write(("acme." + type + "\n").getBytes(UTF_8));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, byte[]> compile(List<String> types) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Path folder = Files.createTempDirectory("plug-in");
      List<Path> sources = new ArrayList<>();
      for (String type : types) {
        sources.add(Files.writeString(folder.resolve(type + ".java"), source(type)));
      }
      List<String> options = List.of("-proc:none", "--release", "17", "-d", folder.toString());
      if (!compiler
          .getTask(
              null, files, note -> {}, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call()) {
        throw new IllegalStateException(sources + " do not compile");
      }
      Map<String, byte[]> classes = new LinkedHashMap<>();
      for (String type : types) {
        classes.put(type, Files.readAllBytes(folder.resolve("acme/" + type + ".class")));
      }
      return classes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String source(String type) {
    return """
    package acme;

    @org.pf4j.Extension
    @io.varve.spi.Named("%s")
    public record %s() implements io.varve.spi.Schedule {
      public double at(io.varve.spi.Progress progress) {
        return 1;
      }
    }
    """
        .formatted(type.toLowerCase(Locale.ROOT), type);
  }
}
