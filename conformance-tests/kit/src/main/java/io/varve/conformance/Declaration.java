package io.varve.conformance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Opcodes;

/** What a class file says it is, told without loading it. */
final class Declaration extends ClassVisitor {
  private static final String SPI = "io/varve/spi/";
  private static final int JAVA_17 = 61;

  private final List<String> points = new ArrayList<>();
  private final List<String> examples = new ArrayList<>();
  private String type = "";
  private String parent = "";
  private boolean isPublic;
  private boolean extension;
  private boolean saysExamples;
  private Optional<String> name = Optional.empty();

  private Declaration() {
    super(Opcodes.ASM9);
  }

  /** Reads a class file, a newer one than the kit knows too. */
  static Declaration of(byte[] classFile) {
    Declaration declaration = new Declaration();
    int parts = ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES;
    reader(classFile).accept(declaration, parts);
    return declaration;
  }

  /** A reader that takes class files of any version. */
  static ClassReader reader(byte[] classFile) {
    return new ClassReader(readable(classFile));
  }

  /** The same class as Java 17 at most would write it; what is read of it here is alike in all. */
  static byte[] readable(byte[] classFile) {
    byte[] bytes = classFile.clone();
    ByteBuffer.wrap(bytes).putInt(4, Math.min(JAVA_17, ByteBuffer.wrap(bytes).getShort(6)));
    return bytes;
  }

  @Override
  public void visit(
      int version, int access, String type, String signature, String parent, String[] interfaces) {
    this.type = type.replace('/', '.');
    this.parent = parent;
    isPublic = (access & Opcodes.ACC_PUBLIC) != 0;
    for (String point : interfaces) {
      if (point.startsWith(SPI)) {
        points.add(point.substring(SPI.length()));
      }
    }
  }

  @Override
  public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
    extension |= descriptor.equals("Lorg/pf4j/Extension;");
    return descriptor.equals("Lio/varve/spi/Named;") ? new Name() : null;
  }

  private final class Name extends AnnotationVisitor {
    Name() {
      super(Opcodes.ASM9);
    }

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
  }

  /** The class, as {@code mine.Halve}. */
  String type() {
    return type;
  }

  boolean isPublicRecord() {
    return isPublic && "java/lang/Record".equals(parent);
  }

  /** Whether it is annotated {@code @Extension}. */
  boolean isExtension() {
    return extension;
  }

  /** The name that {@code @Named} gives it. */
  Optional<String> name() {
    return name;
  }

  /** Its interfaces of io.varve.spi, as {@code Transform}. */
  List<String> points() {
    return List.copyOf(points);
  }

  /** Whether {@code @Named} has an example; it has one where it says nothing of them. */
  boolean hasExample() {
    return !saysExamples || !examples.isEmpty();
  }
}
