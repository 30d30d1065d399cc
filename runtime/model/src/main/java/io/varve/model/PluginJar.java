package io.varve.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipException;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A plug-in JAR looked at before any class of it is loaded. */
final class PluginJar {
  private static final Set<String> ARITHMETIC =
      Set.of(
          "add", "sub", "mul", "div", "mod", "pow", "maximum", "minimum", "addi", "subi", "muli",
          "divi", "modi", "powi");

  private PluginJar() {}

  /**
   * Refuses a JAR that ships what Varve provides, or combines an NDArray with a Number (rules J2
   * and J3 of CONTRACT.md).
   *
   * @throws IllegalArgumentException one line: the JAR, the class or line, and what to do
   */
  static void check(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      requireDescriptor(jar, file);
      for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        requireForeign(jar, entry.getName());
        if (entry.getName().endsWith(".class")) {
          try (InputStream in = file.getInputStream(entry)) {
            checkClass(jar, new ClassReader(in));
          }
        }
      }
    } catch (ZipException e) {
      throw new IllegalArgumentException(jar + ": is not a JAR: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(jar + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void requireDescriptor(Path jar, JarFile file) throws IOException {
    if (file.getManifest() == null
        || file.getManifest().getMainAttributes().getValue("Plugin-Id") == null
        || file.getManifest().getMainAttributes().getValue("Plugin-Version") == null) {
      throw new IllegalArgumentException(
          jar
              + ": its manifest has no Plugin-Id and Plugin-Version; set both in maven-jar-plugin's"
              + " manifestEntries");
    }
    if (file.getEntry("META-INF/extensions.idx") == null) {
      throw new IllegalArgumentException(
          jar
              + ": has no META-INF/extensions.idx; annotate components with @Extension and name"
              + " org.pf4j:pf4j in annotationProcessorPaths");
    }
  }

  private static void requireForeign(Path jar, String entry) {
    if (entry.endsWith(".class")
        && (entry.startsWith("ai/djl/") || entry.startsWith("io/varve/spi/"))) {
      throw new IllegalArgumentException(
          jar
              + ": contains "
              + entry.substring(0, entry.length() - ".class".length()).replace('/', '.')
              + ", which Varve provides; give varve-core-spi the scope 'provided' and do not shade it");
    }
  }

  private static void checkClass(Path jar, ClassReader reader) {
    String type = reader.getClassName().replace('/', '.');
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            return new NumberOperands(jar + ": " + type + "." + name);
          }
        },
        ClassReader.SKIP_FRAMES);
  }

  /** SHA-256 of a file, lower-case hexadecimal. */
  static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Finds NDArray arithmetic with a Number operand in one method. */
  private static final class NumberOperands extends MethodVisitor {
    private final String method;
    private int line;

    NumberOperands(String method) {
      super(Opcodes.ASM9);
      this.method = method;
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = number;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean array =
          owner.startsWith("ai/djl/") && (owner.endsWith("NDArray") || owner.endsWith("NDArrays"));
      if (array && ARITHMETIC.contains(name) && takesNumber(descriptor)) {
        throw new IllegalArgumentException(
            method
                + ", line "
                + line
                + ": calls "
                + name
                + " with a Number, whose gradients are silently wrong; write x."
                + name
                + "(Ops.constant(x, value))");
      }
    }

    private static boolean takesNumber(String descriptor) {
      return descriptor.substring(0, descriptor.indexOf(')')).contains("Ljava/lang/Number;");
    }
  }
}
