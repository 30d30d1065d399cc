package io.varve.inference.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import io.varve.inference.file.FileFault;
import io.varve.inference.file.Folders;
import io.varve.inference.file.Printable;
import io.varve.inference.file.TemporaryFolder;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * ONNX Runtime's native library in this process. It is loaded here and nowhere else, so that it
 * reports nothing to anyone and leaves nothing in the temporary folder.
 */
public final class OnnxRuntime {
  /** From this version on it stores and sends usage events on Linux and macOS. */
  private static final List<Integer> REPORTS = List.of(1, 29);

  /** Turns that off, but only in the environment that the process was started with. */
  private static final String SILENCE = "ORT_DISABLE_TELEMETRY";

  /** A folder with the native library, which is then not unpacked. */
  private static final String UNPACKED = "onnxruntime.native.path";

  /** What the native library takes when it is unpacked, and some room to spare. */
  private static final long ROOM = 64L << 20;

  private static final AtomicBoolean PREPARED = new AtomicBoolean();

  private static OrtEnvironment environment;

  private OnnxRuntime() {}

  /**
   * The one environment of this process; the first call loads the library.
   *
   * @throws IllegalArgumentException one line: if the temporary folder is missing, full or cannot
   *     be written, the library cannot be loaded, or it is a version that reports usage
   */
  public static synchronized OrtEnvironment environment() {
    if (environment == null) {
      requireSilence(implementation(), System.getenv());
      unpackForCuda();
      requireRoom();
      environment = loaded();
      discardUnpacked();
    }
    return environment;
  }

  /** Begins to load the library on another thread; see {@link EarlyLoading}. */
  public static void prepare() {
    if (!PREPARED.getAndSet(true)) {
      EarlyLoading.start("onnxruntime", OnnxRuntime::environment);
    }
  }

  /** The version of the library, such as {@code 1.28.0}. */
  public static String version() {
    return environment().getVersion();
  }

  /**
   * What it can compute with, such as {@code CPU} and {@code CUDA}; not whether there is a card.
   */
  public static Set<String> providers() {
    Set<String> names = new TreeSet<>();
    environment();
    OrtEnvironment.getAvailableProviders().forEach(provider -> names.add(provider.name()));
    return names;
  }

  /** The first line of what ONNX Runtime says about an error. */
  public static String reason(OrtException e) {
    String message = String.valueOf(e.getMessage());
    return Printable.of(message.lines().findFirst().orElse("no detail"));
  }

  private static OrtEnvironment loaded() {
    Logger log = Logger.getLogger("ai.onnxruntime.OnnxRuntime");
    Level before = log.getLevel();
    log.setLevel(Level.OFF); // it would print the stack of what is reported here in a line
    try {
      // Errors are in exceptions; the log would print them as well.
      OrtEnvironment loaded =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      loaded.setTelemetry(false); // Windows builds hand events to the system otherwise
      return loaded;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + reason(e), e);
    } catch (LinkageError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String named = System.getProperty(UNPACKED);
      throw new IllegalArgumentException(
          "ONNX Runtime cannot be loaded: %s. %s"
              .formatted(
                  Printable.of(String.valueOf(cause.getMessage()).lines().findFirst().orElse("")),
                  named == null
                      ? "It is unpacked into "
                          + temporary()
                          + ", where programs must be allowed to run; name another folder by -Djava.io.tmpdir"
                      : "-D"
                          + UNPACKED
                          + " says that its libraries lie in "
                          + named
                          + "; build or copy that folder anew"),
          e);
    } finally {
      log.setLevel(before);
    }
  }

  private static String implementation() {
    return OrtEnvironment.class.getPackage().getImplementationVersion();
  }

  /** Where there is a card, what CUDA needs is read from a folder that stays. */
  private static void unpackForCuda() {
    if (System.getProperty(UNPACKED) != null || NvidiaDriver.find().lack().isPresent()) {
      return;
    }
    GpuLibraries.cache()
        .flatMap(
            cache -> GpuLibraries.onClassPath().unpacked(cache, String.valueOf(implementation())))
        .ifPresent(folder -> System.setProperty(UNPACKED, folder.toString()));
  }

  /** The folder that native libraries are read from, if they are not unpacked at each start. */
  public static Optional<Path> folder() {
    environment();
    return Optional.ofNullable(System.getProperty(UNPACKED)).map(Path::of);
  }

  /** Refuses a version that reports usage, unless it was told not to before the process began. */
  static void requireSilence(String version, Map<String, String> variables) {
    if (reports(version) && !"1".equals(variables.get(SILENCE)) && !windows()) {
      throw new IllegalArgumentException(
          "ONNX Runtime %s stores and sends usage events; put a version below %d.%d on the class path, or start the process with %s=1"
              .formatted(version, REPORTS.get(0), REPORTS.get(1), SILENCE));
    }
  }

  private static boolean reports(String version) {
    if (version == null || !version.matches("\\d{1,4}\\.\\d{1,4}\\b.*")) {
      return false; // packed anew by someone who answers for it
    }
    String[] parts = version.split("\\D", 3);
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    return major == REPORTS.get(0) ? minor >= REPORTS.get(1) : major > REPORTS.get(0);
  }

  private static boolean windows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** ONNX Runtime does not say why it cannot unpack its library. */
  private static void requireRoom() {
    new TemporaryFolder().close();
    if (System.getProperty(UNPACKED) != null) {
      return;
    }
    try {
      long room = Files.getFileStore(temporary()).getUsableSpace();
      if (room < ROOM) {
        throw new IllegalArgumentException(
            "%s: %d MiB are free, expected at least %d to unpack ONNX Runtime; make room, or name another folder by -Djava.io.tmpdir"
                .formatted(temporary(), room >> 20, ROOM >> 20));
      }
    } catch (IOException e) {
      throw FileFault.unwritable(temporary(), e);
    }
  }

  /**
   * Deletes the unpacked library, which this process has in memory by now. ONNX Runtime would leave
   * its folder, and a killed process all of it. What CUDA needs is read later, so there it is
   * deleted at the end. Windows deletes no library in use.
   */
  private static void discardUnpacked() {
    if (windows()) {
      return;
    }
    try {
      Field folder = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      folder.setAccessible(true);
      Path unpacked = (Path) folder.get(null);
      if (OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.delete(unpacked)));
      } else if (Files.isDirectory(unpacked)) {
        Folders.delete(unpacked);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      System.getLogger(OnnxRuntime.class.getName())
          .log(System.Logger.Level.DEBUG, "what ONNX Runtime unpacked stays in " + temporary(), e);
    }
  }
}
