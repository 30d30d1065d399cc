package io.varve.export.onnx.record;

import io.varve.export.onnx.program.Origin;
import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds where in the author's code an operation is called. */
final class AuthorCode {
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private static final Origin UNKNOWN = new Origin("traced code", -1);

  private AuthorCode() {}

  /**
   * The first frame outside this package, the JDK and DJL. Where a block of DJL is exported as it
   * is there is none, and DJL's layer is named instead.
   */
  static Origin here() {
    return STACK.walk(AuthorCode::author);
  }

  private static Origin author(Stream<StackFrame> frames) {
    Optional<StackFrame> layer = Optional.empty();
    for (StackFrame frame : (Iterable<StackFrame>) frames::iterator) {
      Class<?> type = frame.getDeclaringClass();
      String name = type.getName();
      if (type == Recording.class) {
        break;
      }
      if (name.startsWith("ai.djl.")) {
        layer =
            layer.or(() -> name.startsWith("ai.djl.nn.") ? Optional.of(frame) : Optional.empty());
      } else if (!platform(name) && !records(type)) {
        return origin(frame);
      }
    }
    return layer.map(AuthorCode::origin).orElse(UNKNOWN);
  }

  private static Origin origin(StackFrame frame) {
    return new Origin(frame.getClassName(), frame.getLineNumber());
  }

  /** Whether a class is of this package. Tests share the package but not the protection domain. */
  private static boolean records(Class<?> type) {
    return type.getPackage() == AuthorCode.class.getPackage()
        && type.getProtectionDomain() == AuthorCode.class.getProtectionDomain();
  }

  private static boolean platform(String type) {
    return type.startsWith("java.")
        || type.startsWith("jdk.")
        || type.startsWith("sun.")
        || type.startsWith("com.sun.");
  }

  /**
   * Retells an exception that DJL or the JVM threw because it met a recording array where it
   * expects one of its own; others are left alone.
   */
  static RuntimeException retold(RuntimeException thrown) {
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

  /** The method of a recording array that is being called, such as {@code NDArray.add}. */
  static String operation() {
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
}
