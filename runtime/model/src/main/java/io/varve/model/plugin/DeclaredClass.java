package io.varve.model.plugin;

import io.varve.model.yaml.Kebab;
import io.varve.spi.Named;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.pf4j.Extension;

/** What a class file says it is, read without loading it: of a JAR that is left out as well. */
public final class DeclaredClass extends ClassVisitor {
  private static final String SPI = "io/varve/spi/";
  private static final int JAVA_17 = 61;

  private final List<String> points = new ArrayList<>();
  private final List<String> examples = new ArrayList<>();
  private String type = "";
  private boolean publicRecord;
  private boolean extension;
  private boolean saysExamples;
  private Optional<String> name = Optional.empty();

  private DeclaredClass() {
    super(Opcodes.ASM9);
  }

  /** Reads a class file, also one that is newer than this program knows. */
  public static DeclaredClass of(byte[] classFile) {
    DeclaredClass declared = new DeclaredClass();
    int parts = ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;
    new ClassReader(readable(classFile)).accept(declared, parts);
    return declared;
  }

  /** The same class as Java 17 at most would write it: what is read of it is alike in all. */
  public static byte[] readable(byte[] classFile) {
    byte[] bytes = classFile.clone();
    ByteBuffer.wrap(bytes).putInt(4, Math.min(JAVA_17, ByteBuffer.wrap(bytes).getShort(6)));
    return bytes;
  }

  /**
   * The components of a JAR, as {@code transform halve}, one by one up to where a damaged JAR can
   * be read no further.
   */
  static List<String> in(Path jar) {
    List<String> found = new ArrayList<>();
    if (!Files.isRegularFile(jar)) {
      return found;
    }
    try (InputStream file = Files.newInputStream(jar);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".class")) {
          found.addAll(components(zip.readNBytes(PluginJar.LARGEST_CLASS)));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return found; // the JAR is damaged from here on, which PluginJar reports
    }
    return found;
  }

  private static List<String> components(byte[] classFile) {
    try {
      DeclaredClass declared = of(classFile);
      return declared.name.stream()
          .flatMap(name -> declared.points.stream().map(point -> Kebab.of(point) + " " + name))
          .toList();
    } catch (RuntimeException e) {
      return List.of(); // no class file
    }
  }

  @Override
  public void visit(
      int version, int access, String type, String signature, String parent, String[] interfaces) {
    this.type = type.replace('/', '.');
    publicRecord = (access & Opcodes.ACC_PUBLIC) != 0 && "java/lang/Record".equals(parent);
    for (String point : interfaces) {
      if (point.startsWith(SPI)) {
        points.add(point.substring(SPI.length()));
      }
    }
  }

  @Override
  public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
    extension |= descriptor.equals(Type.getDescriptor(Extension.class));
    if (!descriptor.equals(Type.getDescriptor(Named.class))) {
      return null;
    }
    return new AnnotationVisitor(Opcodes.ASM9) {
      @Override
      public void visit(String key, Object value) {
        name = Optional.of(String.valueOf(value));
      }

      @Override
      public AnnotationVisitor visitArray(String key) {
        saysExamples = true;
        return new AnnotationVisitor(Opcodes.ASM9) {
          @Override
          public void visit(String none, Object value) {
            examples.add(String.valueOf(value));
          }
        };
      }
    };
  }

  /** The class, as {@code mine.Halve}. */
  public String type() {
    return type;
  }

  /** Whether it is a public record. */
  public boolean isPublicRecord() {
    return publicRecord;
  }

  /** Whether it is annotated {@code @Extension}. */
  public boolean isExtension() {
    return extension;
  }

  /** The name that {@code @Named} gives it. */
  public Optional<String> name() {
    return name;
  }

  /** Its interfaces of io.varve.spi, as {@code Transform}. */
  public List<String> points() {
    return List.copyOf(points);
  }

  /** Whether {@code @Named} has an example; it has one where it says nothing of them. */
  public boolean hasExample() {
    return !saysExamples || !examples.isEmpty();
  }
}
