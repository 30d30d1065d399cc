package io.varve.conformance.jars;

import io.varve.model.plugin.DeclaredClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * A plug-in's JAR as a file, none of its classes loaded.
 *
 * @param manifest the main attributes
 * @param index the classes that PF4J's annotation processor listed; empty where it did not run
 * @param entries the paths of all files
 * @param classes class files by path
 * @param damaged paths of class files that cannot be read
 */
public record JarContents(
    Attributes manifest,
    Optional<List<String>> index,
    List<String> entries,
    Map<String, byte[]> classes,
    List<String> damaged) {
  private static final int MAGIC = 0xCAFEBABE;
  public static final String INDEX = "META-INF/extensions.idx";

  /**
   * Reads a JAR.
   *
   * @throws UncheckedIOException if it is none, or is damaged
   */
  public static JarContents read(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      Attributes manifest =
          file.getManifest() == null ? new Attributes() : file.getManifest().getMainAttributes();
      List<String> entries = new ArrayList<>();
      List<String> damaged = new ArrayList<>();
      Map<String, byte[]> classes = new LinkedHashMap<>();
      for (JarEntry entry : file.stream().filter(e -> !e.isDirectory()).toList()) {
        entries.add(entry.getName());
        if (entry.getName().endsWith(".class")) {
          byte[] bytes = file.getInputStream(entry).readAllBytes();
          if (isClass(bytes)) {
            classes.put(entry.getName(), bytes);
          } else {
            damaged.add(entry.getName());
          }
        }
      }
      ZipEntry index = file.getEntry(INDEX);
      Optional<List<String>> listed =
          index == null
              ? Optional.empty()
              : Optional.of(listed(file.getInputStream(index).readAllBytes()));
      return new JarContents(manifest, listed, entries, classes, damaged);
    } catch (IOException | SecurityException e) {
      throw new UncheckedIOException(new IOException(e.getMessage(), e));
    }
  }

  /** A Plug-in's id: its manifest's or, where that cannot be read, the name of the file. */
  public static String id(Path jar) {
    String name = String.valueOf(jar.getFileName());
    if (!Files.isRegularFile(jar)) {
      return name;
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      String id =
          file.getManifest() == null
              ? null
              : file.getManifest().getMainAttributes().getValue("Plugin-Id");
      return id == null || id.isBlank() ? name : id;
    } catch (IOException | SecurityException e) {
      return name; // what is wrong with it, the rules about the JAR say
    }
  }

  private static boolean isClass(byte[] bytes) {
    try {
      DeclaredClass.of(bytes);
      return ByteBuffer.wrap(bytes).getInt() == MAGIC;
    } catch (RuntimeException e) {
      return false; // whatever the reader stumbles over
    }
  }

  /** The classes that an index names. */
  static List<String> listed(byte[] index) {
    return new String(index, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .distinct()
        .toList();
  }
}
