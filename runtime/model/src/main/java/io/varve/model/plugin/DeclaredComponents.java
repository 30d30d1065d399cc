package io.varve.model.plugin;

import io.varve.model.yaml.Kebab;
import io.varve.spi.Named;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The components that a JAR's class files declare. No class is loaded, so this works for a JAR that
 * is left out, whatever is wrong with it.
 */
final class DeclaredComponents extends ClassVisitor {
  private static final String SPI = "io/varve/spi/";
  private static final byte JAVA_17 = 61;

  private final List<String> kinds = new ArrayList<>();
  private String name;

  private DeclaredComponents() {
    super(Opcodes.ASM9);
  }

  /** The components as {@code transform halve}; of a damaged JAR those that can be read. */
  static List<String> in(Path jar) {
    List<String> found = new ArrayList<>();
    try (InputStream file = Files.newInputStream(jar);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".class")) {
          found.addAll(of(zip.readNBytes(PluginJar.LARGEST_CLASS)));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return found; // the JAR is damaged from here on, which PluginJar reports
    }
    return found;
  }

  private static List<String> of(byte[] classFile) {
    DeclaredComponents declared = new DeclaredComponents();
    int parts = ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;
    try {
      classFile[7] = JAVA_17; // an annotation reads alike in classes too new for the reader
      new ClassReader(classFile).accept(declared, parts);
    } catch (RuntimeException e) {
      return List.of(); // no class file
    }
    return declared.name == null
        ? List.of()
        : declared.kinds.stream().map(kind -> kind + " " + declared.name).toList();
  }

  @Override
  public void visit(
      int version, int access, String type, String signature, String parent, String[] interfaces) {
    for (String point : interfaces) {
      if (point.startsWith(SPI)) {
        kinds.add(Kebab.of(point.substring(SPI.length())));
      }
    }
  }

  @Override
  public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
    if (!descriptor.equals(Type.getDescriptor(Named.class))) {
      return null;
    }
    return new AnnotationVisitor(Opcodes.ASM9) {
      @Override
      public void visit(String key, Object value) {
        name = String.valueOf(value);
      }
    };
  }
}
