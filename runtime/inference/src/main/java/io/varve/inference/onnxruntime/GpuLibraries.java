package io.varve.inference.onnxruntime;

import io.varve.inference.file.Folders;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The libraries in the JAR {@code onnxruntime_gpu}, 640 MB. ONNX Runtime would unpack them into the
 * temporary folder at each start, and leave them there when the process is killed. Here they are
 * unpacked once for each version and stay.
 */
final class GpuLibraries {
  /** The library that no other JAR of ONNX Runtime has. */
  private static final String CUDA = "onnxruntime_providers_cuda";

  private static final System.Logger LOG = System.getLogger(GpuLibraries.class.getPackageName());

  private static final List<String> NAMES =
      List.of(
          "onnxruntime",
          "onnxruntime4j_jni",
          "onnxruntime_providers_shared",
          CUDA,
          "onnxruntime_providers_tensorrt");

  private final Function<String, InputStream> jar;

  /**
   * The libraries in a JAR.
   *
   * @param jar gives the content of a library by its file name, null if it has none
   */
  GpuLibraries(Function<String, InputStream> jar) {
    this.jar = jar;
  }

  /** Those on the class path. */
  static GpuLibraries onClassPath() {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    String folder = "/ai/onnxruntime/native/" + (windows ? "win-x64/" : "linux-x64/");
    return new GpuLibraries(
        name -> ai.onnxruntime.OrtEnvironment.class.getResourceAsStream(folder + name));
  }

  /** The user's folder for what can be made again; empty if there is none. */
  static Optional<Path> cache() {
    return Stream.of(
            System.getenv("XDG_CACHE_HOME"),
            System.getenv("LOCALAPPDATA"),
            System.getProperty("user.home") + "/.cache")
        .filter(Objects::nonNull)
        .map(File::new)
        .filter(folder -> folder.isAbsolute() && folder.toPath().getNameCount() > 0)
        .findFirst()
        .map(folder -> folder.toPath().resolve("varve"));
  }

  /**
   * The folder with the libraries of a version, which are unpacked if they are not there.
   *
   * @return nothing if the JAR has none for CUDA, or they cannot be written there
   */
  Optional<Path> unpacked(Path cache, String version) {
    try (InputStream cuda = jar.apply(System.mapLibraryName(CUDA))) {
      if (cuda == null) {
        return Optional.empty();
      }
      Path folder = cache.resolve("onnxruntime_gpu-" + version);
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(cache);
        unpack(folder);
      }
      return Optional.of(folder);
    } catch (IOException | OverlappingFileLockException e) {
      LOG.log(System.Logger.Level.DEBUG, "ONNX Runtime unpacks its libraries itself", e);
      return Optional.empty();
    }
  }

  /** One process unpacks, others wait; what a killed one has left is deleted. */
  private void unpack(Path folder) throws IOException {
    Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
    Path part = folder.resolveSibling(folder.getFileName() + ".part");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      if (!held.isValid() || Files.isDirectory(folder)) {
        return;
      }
      if (Files.isDirectory(part)) {
        Folders.delete(part);
      }
      Files.createDirectory(part);
      try {
        for (String name : NAMES) {
          copy(System.mapLibraryName(name), part);
        }
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        if (Files.isDirectory(part)) {
          Folders.delete(part);
        }
      }
    }
  }

  private void copy(String file, Path into) throws IOException {
    try (InputStream library = jar.apply(file)) {
      if (library != null) {
        Files.copy(library, into.resolve(file));
      }
    }
  }
}
