package io.varve.inference.onnxruntime;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * NVIDIA's driver and the cards that it serves, found by looking at files. Nothing native is loaded
 * for it, so it costs nothing where there is no card. Every command looks, so the code is of the
 * kind that a process which has just begun runs fast, without streams.
 *
 * @param library the driver's library, if there is one
 * @param cards how many cards this process may use; -1 where files do not tell
 */
public record NvidiaDriver(Optional<Path> library, int cards) {
  private static final String LINUX = "libcuda.so.1";
  private static final String WINDOWS = "nvcuda.dll";
  private static final Pattern CARD = Pattern.compile("cuda(?::\\d{1,3})?");

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
    return find(new File("/"), System.getenv(), System.getProperty("os.name"));
  }

  /** What a machine has whose files lie below a root. */
  static NvidiaDriver find(File root, Map<String, String> variables, String system) {
    boolean hidden = hidden(variables.get("CUDA_VISIBLE_DEVICES"));
    if (system.startsWith("Windows")) {
      File folder = new File(variables.getOrDefault("SystemRoot", "C:\\Windows"), "System32");
      return of(new File(folder, WINDOWS), hidden ? 0 : -1);
    }
    return system.equals("Linux")
        ? of(linux(root, variables), hidden ? 0 : devices(new File(root, "dev")))
        : of(null, 0);
  }

  private static NvidiaDriver of(File library, int cards) {
    boolean exists = library != null && library.exists();
    return new NvidiaDriver(exists ? Optional.of(library.toPath()) : Optional.empty(), cards);
  }

  /** Whether the user lets this process see no card. */
  private static boolean hidden(String visible) {
    return visible != null && (visible.isBlank() || visible.strip().startsWith("-"));
  }

  private static File linux(File root, Map<String, String> variables) {
    List<File> folders = new ArrayList<>();
    for (String named : variables.getOrDefault("LD_LIBRARY_PATH", "").split("[:;]", -1)) {
      if (!named.isEmpty()) {
        folders.add(new File(named));
      }
    }
    for (String usual : FOLDERS) {
      folders.add(new File(root, usual));
    }
    for (File folder : folders) {
      File library = new File(folder, LINUX);
      if (library.exists()) {
        return library;
      }
    }
    return listed(new File(root, "etc/ld.so.cache"));
  }

  /** The place that the loader's list of libraries names, or null. */
  private static File listed(File cache) {
    try (InputStream file = new FileInputStream(cache)) {
      String list = new String(file.readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = list.indexOf("/" + LINUX + "\0");
      int start = end < 0 ? -1 : list.lastIndexOf('\0', end) + 1;
      return end < 0 ? null : new File(list.substring(start, end), LINUX);
    } catch (IOException e) {
      return null;
    }
  }

  /** One device file a card; below Windows one for all. */
  private static int devices(File folder) {
    if (new File(folder, "dxg").exists()) {
      return -1;
    }
    int cards = 0;
    String[] names = folder.list();
    for (String name : names == null ? new String[0] : names) {
      boolean numbered = name.startsWith("nvidia") && name.length() > "nvidia".length();
      if (numbered && Character.isDigit(name.charAt("nvidia".length()))) {
        cards++;
      }
    }
    return cards;
  }

  /** Why no card can be used, or nothing where one may be. */
  public Optional<String> lack() {
    if (library.isEmpty()) {
      return Optional.of("there is no NVIDIA driver (" + LINUX + ", on Windows " + WINDOWS + ")");
    }
    return cards == 0
        ? Optional.of(
            "there is an NVIDIA driver ("
                + library.get()
                + ") but no card that this process may use; a container must be given it (docker"
                + " run --gpus all), and CUDA_VISIBLE_DEVICES must not hide it")
        : Optional.empty();
  }

  /** Whether a text is the name of a device: auto, cpu, cuda or cuda:INDEX. */
  public static boolean isDevice(String name) {
    return name.equals("auto") || name.equals("cpu") || CARD.matcher(name).matches();
  }

  /**
   * The card that the name of a device asks for, as far as files tell.
   *
   * @param name see {@link #isDevice}
   * @param asked what a message begins with, such as {@code device: 'cuda'}
   * @return its index, or nothing for the CPU
   * @throws IllegalArgumentException one line, if it is no name of a device, or a card is asked for
   *     by name and there is none
   */
  public static Optional<Integer> card(String name, String asked) {
    if (!isDevice(name)) {
      throw new IllegalArgumentException(asked + ": expected auto, cpu, cuda or cuda:INDEX");
    }
    if (name.equals("cpu")) {
      return Optional.empty();
    }
    NvidiaDriver driver = find();
    if (name.equals("auto")) {
      return driver.lack().isEmpty() ? Optional.of(0) : Optional.empty();
    }
    int index = name.indexOf(':') < 0 ? 0 : Integer.parseInt(name.substring("cuda:".length()));
    driver.require(asked, index);
    return Optional.of(index);
  }

  /**
   * Checks that a card may be there.
   *
   * @param asked what was asked for, such as {@code device: 'cuda'}
   * @param index of the card
   * @throws IllegalArgumentException one line, if there is none
   */
  void require(String asked, int index) {
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
