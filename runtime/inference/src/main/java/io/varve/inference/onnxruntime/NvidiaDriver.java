package io.varve.inference.onnxruntime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NVIDIA's driver and the cards that it serves, found by looking at files. Nothing native is loaded
 * for it, so it costs nothing where there is no card.
 *
 * @param library the driver's library, if there is one
 * @param cards how many cards this process may use; -1 where files do not tell
 */
public record NvidiaDriver(Optional<Path> library, int cards) {
  private static final String LINUX = "libcuda.so.1";

  /** Where a driver lies if it is not in the list of the loader. */
  private static final List<String> FOLDERS =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "usr/lib",
          "usr/lib/wsl/lib",
          "usr/local/cuda/compat",
          "usr/local/nvidia/lib64",
          "run/opengl-driver/lib");

  /** What this machine has. */
  public static NvidiaDriver find() {
    return find(Path.of("/"), System.getenv(), System.getProperty("os.name"));
  }

  /** What a machine has whose files lie below a root. */
  static NvidiaDriver find(Path root, Map<String, String> variables, String system) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      Optional<Path> library =
          path(variables.getOrDefault("SystemRoot", "C:\\Windows"))
              .flatMap(folder -> existing(folder.resolve("System32").resolve("nvcuda.dll")));
      return new NvidiaDriver(library, hidden(variables) ? 0 : -1);
    }
    if (!name.startsWith("linux")) {
      return new NvidiaDriver(Optional.empty(), 0);
    }
    return new NvidiaDriver(linux(root, variables), hidden(variables) ? 0 : devices(root));
  }

  /** Whether the user lets this process see no card. */
  private static boolean hidden(Map<String, String> variables) {
    String visible = variables.get("CUDA_VISIBLE_DEVICES");
    return visible != null && (visible.isBlank() || visible.strip().startsWith("-"));
  }

  private static Optional<Path> linux(Path root, Map<String, String> variables) {
    Stream<Path> named =
        Stream.of(variables.getOrDefault("LD_LIBRARY_PATH", "").split("[:;]"))
            .filter(folder -> folder.startsWith("/"))
            .flatMap(folder -> path(folder).stream());
    return Stream.concat(named, FOLDERS.stream().map(root::resolve))
        .flatMap(folder -> existing(folder.resolve(LINUX)).stream())
        .findFirst()
        .or(() -> listed(root.resolve("etc/ld.so.cache")));
  }

  /** A place whose name this process may be unable to read. */
  private static Optional<Path> path(String name) {
    try {
      return Optional.of(Path.of(name));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The place that the loader's list of libraries names. */
  private static Optional<Path> listed(Path cache) {
    try {
      String list = Files.readString(cache, StandardCharsets.ISO_8859_1);
      int end = list.indexOf("/" + LINUX + "\0");
      int start = end < 0 ? -1 : list.lastIndexOf('\0', end) + 1;
      return end < 0
          ? Optional.empty()
          : path(list.substring(start, end)).flatMap(folder -> existing(folder.resolve(LINUX)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** One device file a card; below Windows one for all. */
  private static int devices(Path root) {
    Path dev = root.resolve("dev");
    if (Files.exists(dev.resolve("dxg"))) {
      return -1;
    }
    try (Stream<Path> files = Files.list(dev)) {
      return (int) files.filter(f -> f.getFileName().toString().matches("nvidia\\d+")).count();
    } catch (IOException e) {
      return 0;
    }
  }

  private static Optional<Path> existing(Path library) {
    return Optional.of(library).filter(Files::exists);
  }

  /** Why no card can be used, or nothing where one may be. */
  public Optional<String> lack() {
    if (library.isEmpty()) {
      return Optional.of("there is no NVIDIA driver (" + LINUX + ", on Windows nvcuda.dll)");
    }
    return cards == 0
        ? Optional.of(
            "there is an NVIDIA driver ("
                + library.get()
                + ") but no card that this process may use; a container must be given it (docker"
                + " run --gpus all), and CUDA_VISIBLE_DEVICES must not hide it")
        : Optional.empty();
  }

  /**
   * Checks that a card may be there.
   *
   * @param asked what was asked for, such as {@code device: 'cuda'}
   * @param index of the card
   * @throws IllegalArgumentException one line, if there is none
   */
  public void require(String asked, int index) {
    Optional<String> lack =
        lack()
            .or(
                () ->
                    cards > 0 && index >= cards
                        ? Optional.of(
                            cards == 1
                                ? "there is one card, cuda:0"
                                : "there are " + cards + " cards, cuda:0 to cuda:" + (cards - 1))
                        : Optional.empty());
    if (lack.isPresent()) {
      throw new IllegalArgumentException("%s: %s; use the device cpu".formatted(asked, lack.get()));
    }
  }
}
