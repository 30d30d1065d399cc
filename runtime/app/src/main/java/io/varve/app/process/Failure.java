package io.varve.app.process;

import io.varve.inference.file.FileFault;
import io.varve.inference.file.Printable;
import io.varve.inference.onnxruntime.RequestStoppedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a command that failed says, and its exit code.
 *
 * @param line one line for people, without anything that steers a terminal
 * @param code 1, or 2 for bad input
 * @param defect whether Varve or a plug-in is to be mended, not the input or the machine
 */
public record Failure(String line, int code, boolean defect) {
  private static final int BAD_INPUT = 2;

  /** What native libraries say where the machine is short of something, and what to do then. */
  private static final List<Hint> HINTS =
      List.of(
          new Hint(
              "no space left",
              "The disk is full; free some space, or see DJL_CACHE_DIR and TMPDIR."),
          new Hint("disk quota exceeded", "Free some space, or see DJL_CACHE_DIR and TMPDIR."),
          new Hint(
              "read-only file system",
              "Name a place that can be written by DJL_CACHE_DIR or TMPDIR."),
          new Hint(
              "failed to map segment",
              "Libraries cannot be run from there (noexec?); see DJL_CACHE_DIR and TMPDIR."),
          new Hint(
              "glibc", "The system's C library is too old for this libtorch; use a newer system."),
          new Hint("cannot open shared object file", "Install that library, or see docs/gpu.md."),
          new Hint("cuda out of memory", "Use a smaller batch, or --device cpu."),
          new Hint(
              "can't allocate memory",
              "The machine has too little memory; use a smaller batch or model."),
          new Hint(
              "cannot allocate memory",
              "The machine has too little memory; use a smaller batch or model."),
          new Hint(
              "failed to allocate memory",
              "The machine has too little memory; ask for fewer images at once."),
          new Hint("offline mode is enabled", "See docs/gpu.md for how libtorch gets here."));

  /** What DJL and ONNX Runtime say where their libraries cannot be unpacked or loaded. */
  private static final Pattern LOADING =
      Pattern.compile("pytorch (native library|index file)|load onnx-?runtime");

  /** Where libtorch goes on with the stack of its native code. */
  private static final Pattern TRACE =
      Pattern.compile("\\s*(\\R|^)(Exception raised from |frame #\\d|C\\+\\+ CapturedTraceback)");

  /** A part of a message, in lower case, and advice. */
  private record Hint(String sign, String advice) {}

  /** Puts a failure into words. */
  public static Failure of(Throwable thrown) {
    if (thrown instanceof IllegalArgumentException || thrown instanceof UncheckedIOException) {
      return new Failure(printable(message(thrown)), BAD_INPUT, false);
    } else if (thrown instanceof RequestStoppedException) {
      return new Failure(printable(message(thrown)), 1, false);
    } else if (thrown instanceof IOException file) {
      return new Failure(printable(message(file)), BAD_INPUT, false);
    }
    return memory(thrown)
        .or(() -> machine(thrown))
        .map(line -> new Failure(printable(line), 1, false))
        .orElseGet(() -> new Failure("failed: " + printable(message(thrown)), 1, true));
  }

  /** The Java virtual machine's own limits. */
  private static Optional<String> memory(Throwable thrown) {
    for (Throwable cause : causes(thrown)) {
      if (cause instanceof StackOverflowError) {
        return Optional.of(
            "the Java stack is full: a plug-in calls itself without end, or the model is nested too"
                + " deep; VARVE_JAVA_OPTS=-Xss8m makes it larger");
      } else if (cause instanceof OutOfMemoryError) {
        return Optional.of(memory(String.valueOf(cause.getMessage())));
      } else if (cause instanceof InternalError
          && String.valueOf(cause.getMessage()).contains("memory access")) {
        return Optional.of("a file in use was shortened by another program, or its disk failed");
      }
    }
    return Optional.empty();
  }

  private static String memory(String what) {
    String lower = what.toLowerCase(Locale.ROOT);
    if (lower.contains("thread")) {
      return "the system allows no more threads or processes (ulimit -u, pids limit of a container)";
    } else if (lower.contains("direct")) {
      return "not enough memory outside the Java heap ("
          + what
          + "); use a smaller batch, or make"
          + " it larger: VARVE_JAVA_OPTS=-XX:MaxDirectMemorySize=4g";
    }
    return "not enough memory: the Java heap has "
        + (Runtime.getRuntime().maxMemory() >> 20)
        + " MB; ask for less at once, or make it larger: VARVE_JAVA_OPTS=-Xmx4g";
  }

  /** A native library that could not be loaded or was refused something. */
  private static Optional<String> machine(Throwable thrown) {
    List<Throwable> causes = causes(thrown);
    String whole =
        causes.stream()
            .map(Failure::message)
            .distinct()
            .collect(Collectors.joining(": "))
            .replaceFirst("\\.\\s*$", "");
    String lower = whole.toLowerCase(Locale.ROOT);
    Optional<String> advice =
        HINTS.stream().filter(h -> lower.contains(h.sign)).map(Hint::advice).findFirst();
    boolean loading =
        causes.stream().anyMatch(UnsatisfiedLinkError.class::isInstance)
            || LOADING.matcher(lower).find();
    if (advice.isEmpty() && !loading) {
      return Optional.empty();
    }
    return Optional.of(
        (loading ? "a native library cannot be loaded: " : "")
            + whole
            + ". "
            + advice.orElse("The system lacks something it needs; 'varve doctor' tells more.")
            + (loading ? variables() : ""));
  }

  /** Variables of DJL that say which libtorch to load: images for PyTorch set some of them. */
  private static String variables() {
    if (System.getProperty("varve.cuda") != null) {
      return ""; // the launcher has set them
    }
    String set =
        System.getenv().keySet().stream()
            .filter(name -> name.matches("PYTORCH_(VERSION|FLAVOR|LIBRARY_PATH|PRECXX11)"))
            .map(name -> name + "=" + System.getenv(name))
            .sorted()
            .collect(Collectors.joining(", "));
    return set.isEmpty() ? "" : " The environment chooses the libtorch: " + set + "; unset it.";
  }

  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = thrown; t != null && !causes.contains(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  /** What an exception says, without the names of Java's classes. */
  private static String message(Throwable thrown) {
    String message = thrown.getMessage();
    boolean borrowed = thrown.getCause() != null && thrown.getCause().toString().equals(message);
    if (thrown instanceof IOException file) {
      String at =
          file instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " : "";
      return at + FileFault.reason(file);
    } else if (borrowed || message == null) {
      return thrown.getCause() == null ? "no more is known" : message(thrown.getCause());
    }
    return TRACE.split(message, 2)[0];
  }

  private static String printable(String text) {
    return Printable.of(text.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
