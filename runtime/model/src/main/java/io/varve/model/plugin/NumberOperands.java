package io.varve.model.plugin;

import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Finds arithmetic of an NDArray with a Number in a class file (rule J3 of CONTRACT.md).
 *
 * <p>DJL's PyTorch engine puts the Number into an array over a Java buffer, and closes it before
 * the call returns. The backward pass of a product, quotient, remainder, power, maximum or minimum
 * reads that operand, which the JVM may have freed by then. Sums and differences are refused as
 * well: a double Number makes a float32 scalar a float64 one, and costs four times an array.
 * Comparisons have no gradient, and the bounds of {@code clip} live as long as its result.
 */
public final class NumberOperands extends ClassVisitor {
  private static final Set<String> ARITHMETIC =
      Set.of("add", "sub", "mul", "div", "mod", "pow", "maximum", "minimum");

  private String type;
  private Found found;

  /**
   * A call with a Number operand.
   *
   * @param place the class, method and line that calls
   * @param method the NDArray method called
   */
  public record Found(String place, String method) {}

  private NumberOperands() {
    super(Opcodes.ASM9);
  }

  /** The first such call of a class. */
  public static Optional<Found> find(byte[] classFile) {
    NumberOperands visitor = new NumberOperands();
    new ClassReader(classFile).accept(visitor, ClassReader.SKIP_FRAMES);
    return Optional.ofNullable(visitor.found);
  }

  @Override
  public void visit(
      int version, int access, String name, String signature, String parent, String[] interfaces) {
    type = name.replace('/', '.');
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String method, String descriptor, String signature, String[] exceptions) {
    return new MethodVisitor(Opcodes.ASM9) {
      private int line;

      @Override
      public void visitLineNumber(int number, Label start) {
        line = number;
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String name, String descriptor, boolean isInterface) {
        note(owner, name, descriptor);
      }

      /** A method reference, such as {@code x::mul}. */
      @Override
      public void visitInvokeDynamicInsn(
          String name, String descriptor, Handle bootstrap, Object... arguments) {
        for (Object argument : arguments) {
          if (argument instanceof Handle handle) {
            note(handle.getOwner(), handle.getName(), handle.getDesc());
          }
        }
      }

      private void note(String owner, String name, String descriptor) {
        if (found == null && takesNumber(owner, name, descriptor)) {
          found = new Found(type + "." + method + ", line " + line, name);
        }
      }
    };
  }

  private static boolean takesNumber(String owner, String name, String descriptor) {
    String simple = owner.substring(owner.lastIndexOf('/') + 1);
    return owner.startsWith("ai/djl/")
        && simple.matches("(Pt)?NDArray(s|Ex|Adapter)?")
        && isArithmetic(name)
        && descriptor.substring(0, descriptor.indexOf(')')).contains("Ljava/lang/Number;");
  }

  /** Also in place, {@code muli}, and of NDArrayEx with the operands exchanged, {@code rdivi}. */
  private static boolean isArithmetic(String name) {
    String plain = name.endsWith("i") ? name.substring(0, name.length() - 1) : name;
    return ARITHMETIC.contains(plain)
        || (plain.startsWith("r") && ARITHMETIC.contains(plain.substring(1)));
  }
}
