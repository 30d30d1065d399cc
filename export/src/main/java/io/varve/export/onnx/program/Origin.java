package io.varve.export.onnx.program;

import io.varve.export.onnx.OnnxExporter;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The line of the author's code that an operation stems from.
 *
 * @param type the name of the class
 * @param line the line, negative if unknown
 */
public record Origin(String type, int line) {
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private static final Origin UNKNOWN = new Origin("traced code", -1);

  /**
   * The first frame outside this package, the JDK and DJL. Where a block of DJL is exported as it
   * is there is none, and DJL's layer is named instead.
   */
  public static Origin here() {
    return STACK.walk(Origin::author);
  }

  private static Origin author(Stream<StackFrame> frames) {
    Optional<StackFrame> layer = Optional.empty();
    for (StackFrame frame : (Iterable<StackFrame>) frames::iterator) {
      Class<?> type = frame.getDeclaringClass();
      String name = type.getName();
      if (type == OnnxExporter.class) {
        break;
      }
      if (name.startsWith("ai.djl.")) {
        layer =
            layer.or(() -> name.startsWith("ai.djl.nn.") ? Optional.of(frame) : Optional.empty());
      } else if (!machinery(type)) {
        return of(frame);
      }
    }
    return layer.map(Origin::of).orElse(UNKNOWN);
  }

  /**
   * Retells an exception that DJL or the JVM threw because it met a recording array where it
   * expects one of its own; others are left alone.
   */
  public static RuntimeException retold(RuntimeException thrown) {
    StackTraceElement[] frames = thrown.getStackTrace();
    boolean foreign =
        thrown instanceof ClassCastException
            || (frames.length > 0
                && frames[0].getClassName().matches("ai\\.djl\\..*(engine|jni)\\..*"));
    if (!foreign) {
      return thrown;
    }
    Origin origin =
        Stream.of(frames)
            .filter(f -> !f.getClassName().startsWith("ai.djl.") && !platform(f.getClassName()))
            .findFirst()
            .map(f -> new Origin(f.getClassName(), f.getLineNumber()))
            .orElse(UNKNOWN);
    String message = String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    IllegalArgumentException retold =
        origin.refuse(
            "a call",
            "fails on a traced array: " + thrown.getClass().getSimpleName() + ": " + message,
            "call NDArray methods on traced arrays, and put them on the left of plain ones");
    retold.initCause(thrown);
    return retold;
  }

  private static boolean platform(String type) {
    return type.startsWith("java.")
        || type.startsWith("jdk.")
        || type.startsWith("sun.")
        || type.startsWith("com.sun.");
  }

  /** Tests share the package but not the protection domain. */
  private static boolean machinery(Class<?> type) {
    return platform(type.getName())
        || (type.getPackageName().equals(Origin.class.getPackageName())
            && type.getProtectionDomain() == Origin.class.getProtectionDomain());
  }

  /** The method of a recording array that is being called, such as {@code NDArray.add}. */
  public static String operation() {
    return STACK.walk(
        frames ->
            frames
                .filter(frame -> Proxy.isProxyClass(frame.getDeclaringClass()))
                .findFirst()
                .map(
                    frame ->
                        frame.getDeclaringClass().getInterfaces()[0].getSimpleName()
                            + "."
                            + frame.getMethodName())
                .orElse("the code"));
  }

  private static Origin of(StackFrame frame) {
    return new Origin(frame.getClassName(), frame.getLineNumber());
  }

  /** The class without its package, and the line; for the names of nodes. */
  public String brief() {
    String name = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
    return line < 0 ? name : name + ":" + line;
  }

  /** An error about an operation: what is wrong, and what to write instead. */
  public IllegalArgumentException refuse(String operation, String problem, String instead) {
    return new IllegalArgumentException(this + ": " + operation + " " + problem + "; " + instead);
  }

  @Override
  public String toString() {
    return line < 0 ? type : type + ":" + line;
  }
}
