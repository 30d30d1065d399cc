package io.varve.app.process;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The signals that ask a process to end: TERM, INT (Ctrl-C) and HUP.
 *
 * <p>Ordinarily they end it at once, with exit code 128 and the signal's number. While {@linkplain
 * #orderly orderly} work is under way, the first one only asks it to stop; a further Ctrl-C ends
 * the process at once.
 */
public final class Termination {
  private static final int BASE = 128;
  private static final int INTERRUPT = 2;
  private static final Map<String, Integer> SIGNALS =
      Map.of("HUP", 1, "INT", INTERRUPT, "TERM", 15);

  private static int received;
  private static int orderly;

  private Termination() {}

  /**
   * Begins to listen. It goes by reflection because the compiler hides {@code sun.misc.Signal};
   * where there is none, signals end the process as Java has it.
   */
  public static void listen() {
    SIGNALS.forEach(Termination::listen);
  }

  /** A signal that is ignored, as HUP under nohup, stays so. */
  private static void listen(String name, int number) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Termination.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> handle(method.getName(), number));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Java's own handler stays; Windows has no HUP.
    }
  }

  private static Object handle(String method, int signal) {
    if (List.of("equals", "hashCode", "toString").contains(method)) {
      return method.equals("toString") ? "Termination" : null;
    }
    if (first(signal)) {
      System.err.println("varve: stopping after this step; Ctrl-C ends at once");
    } else if (signal == INTERRUPT) {
      Runtime.getRuntime().halt(BASE + signal);
    }
    return null;
  }

  /** Notes a signal; does not return where nothing has to be brought to an end. */
  private static boolean first(int signal) {
    boolean first;
    boolean waits;
    synchronized (Termination.class) {
      first = received == 0;
      received = first ? signal : received;
      waits = orderly > 0;
    }
    if (first && !waits) {
      // Not System.exit: ONNX Runtime would free itself while it runs, and crash.
      Runtime.getRuntime().halt(BASE + signal);
    }
    return first;
  }

  /** Does work that looks at {@link #isAsked} and comes to an end by itself. */
  public static <T> T orderly(Supplier<T> work) {
    count(1);
    try {
      return work.get();
    } finally {
      count(-1);
    }
  }

  private static synchronized void count(int change) {
    orderly += change;
  }

  /** Whether the process is asked to end. */
  public static synchronized boolean isAsked() {
    return received != 0;
  }

  /** The exit code of a process that was asked to end. */
  public static synchronized int code() {
    return BASE + received;
  }
}
