package io.varve.model.plugin;

import io.varve.model.faults.Faults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;

/** A plug-in JAR looked at before any class of it is loaded. */
final class PluginJar {
  private static final String INDEX = "META-INF/extensions.idx";
  private static final List<String> PROVIDED = List.of("ai/djl/", "org/pf4j/", "io/varve/spi/");
  private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d+)/(.*)");

  /** Class files of Java N have major version N + 44. */
  private static final int MAJOR_OF_JAVA_0 = 44;

  /** A class file beyond this many bytes is none. */
  static final int LARGEST_CLASS = 1 << 24;

  private PluginJar() {}

  /**
   * The classes a JAR provides, as PF4J's annotation processor listed them; refuses a JAR that
   * ships what Varve provides, or combines an NDArray with a Number (rules J3 and J4 of
   * CONTRACT.md).
   *
   * @throws IllegalArgumentException one line without the JAR's name: the class or line, and what
   *     to do
   */
  static List<String> components(Path jar) {
    if (Files.exists(jar) && !Files.isRegularFile(jar)) { // to open a pipe would wait for ever
      throw refuse("is a folder, a pipe or a device, expected a JAR", "move it away");
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      return check(file);
    } catch (ZipException e) {
      throw refuse("is not a whole JAR: " + Faults.reason(e), "copy or build it again");
    } catch (IOException e) {
      throw refuse("cannot be read: " + Faults.reason(e), "copy or build it again");
    }
  }

  private static List<String> check(JarFile file) throws IOException {
    requireDescriptor(file);
    ZipEntry index = file.getEntry(INDEX);
    if (index == null) {
      throw refuse(
          "has no " + INDEX,
          "annotate components with @Extension and name org.pf4j:pf4j in annotationProcessorPaths");
    }
    for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
      JarEntry entry = entries.nextElement();
      Matcher versioned = VERSIONED.matcher(entry.getName());
      String name = versioned.matches() ? versioned.group(2) : entry.getName();
      if (!name.endsWith(".class")) {
        continue;
      }
      requireForeign(name);
      boolean used =
          !versioned.matches()
              || Integer.parseInt(versioned.group(1)) <= Runtime.version().feature();
      if (used) {
        checkClass(name, bytes(file, entry));
      }
    }
    String text = new String(bytes(file, index), StandardCharsets.UTF_8);
    return text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .distinct() // PF4J lists a record once per extension point
        .toList();
  }

  /** The bytes of an entry, as they were packed. */
  private static byte[] bytes(JarFile file, ZipEntry entry) throws IOException {
    byte[] bytes = file.getInputStream(entry).readNBytes(LARGEST_CLASS);
    CRC32 sum = new CRC32();
    sum.update(bytes);
    if (sum.getValue() != entry.getCrc()) {
      throw new ZipException(entry.getName() + " has another checksum than the JAR's directory");
    }
    return bytes;
  }

  private static void requireDescriptor(JarFile file) throws IOException {
    Attributes main =
        file.getManifest() == null ? new Attributes() : file.getManifest().getMainAttributes();
    for (String key : List.of("Plugin-Id", "Plugin-Version")) {
      if (main.getValue(key) == null || main.getValue(key).isBlank()) {
        throw refuse("its manifest has no " + key, "set it in maven-jar-plugin's manifestEntries");
      }
    }
  }

  private static void requireForeign(String entry) {
    if (PROVIDED.stream().anyMatch(entry::startsWith)) {
      throw refuse(
          "contains " + className(entry) + ", which Varve provides",
          "give varve-core-spi the scope 'provided' and do not shade it");
    }
  }

  private static void checkClass(String entry, byte[] bytes) {
    boolean isClass = bytes.length > 8 && ByteBuffer.wrap(bytes).getInt() == 0xCAFEBABE;
    if (!isClass) {
      throw refuse(entry + " is no class file", "build the JAR again");
    }
    int java = ByteBuffer.wrap(bytes).getShort(6) - MAJOR_OF_JAVA_0;
    int here = Runtime.version().feature();
    if (java > here) {
      throw refuse(
          className(entry) + " is built for Java " + java + ", and this is Java " + here,
          "compile with --release 17");
    }
    numberOperand(entry, bytes)
        .ifPresent(
            found -> {
              throw refuse(
                  found.place() + ": calls " + found.method() + " with a Number",
                  "its gradients are silently wrong; write x."
                      + found.method()
                      + "(Ops.constant(x, value))");
            });
  }

  private static Optional<NumberOperands.Found> numberOperand(String entry, byte[] bytes) {
    try {
      return NumberOperands.find(bytes);
    } catch (RuntimeException e) {
      throw refuse(entry + " is no whole class file: " + Faults.line(e), "build the JAR again");
    }
  }

  private static String className(String entry) {
    return entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
  }

  private static IllegalArgumentException refuse(String problem, String remedy) {
    return new IllegalArgumentException(problem + "; " + remedy);
  }

  /** SHA-256 of a file, lower-case hexadecimal. */
  static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + Faults.reason(e), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
