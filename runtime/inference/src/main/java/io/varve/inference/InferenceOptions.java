package io.varve.inference;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to run a bundle.
 *
 * @param device {@code cpu}, {@code cuda[:i]}, or {@code auto}: CUDA where it can be had
 * @param threads that compute one request on the CPU, 0 for one per core; a service with many
 *     requests at a time is best served by 1
 * @param chunk the most rows computed at once; bounds the memory a request takes
 * @param spinning whether idle threads spin during a request: faster where nothing else runs, many
 *     times slower where cores are shared
 * @param packed up to how many bytes of weights each open graph keeps a repacked copy of its own:
 *     up to twice as fast, but it takes memory, and time to open; with more weights than that, all
 *     graphs on the CPU share the pages of the weights file
 * @param profile the prefix of files that ONNX Runtime writes its timings to, if any
 * @param exact whether entry points run every round of a fixed point; the bundle must have the
 *     graphs for it, {@code exact} ones
 * @param warnings takes one line for each request in which a fixed point is left with a {@link
 *     io.varve.inference.bundle.Manifest#RESIDUAL} above {@link #RESIDUAL}
 */
public record InferenceOptions(
    String device,
    int threads,
    int chunk,
    boolean spinning,
    long packed,
    Optional<Path> profile,
    boolean exact,
    Consumer<String> warnings) {
  /**
   * The residual above which there is a warning: ten times the one at which the iteration of {@code
   * maf} stops by default, and a hundred times the rounding of single precision.
   */
  public static final double RESIDUAL = 1e-5;

  private static final long PACKED = 64L << 20;
  private static final System.Logger LOG =
      System.getLogger(InferenceOptions.class.getPackageName());

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if the device is none, threads is negative or chunk is below 1
   */
  public InferenceOptions {
    Device.checkName(device);
    Inputs.require(threads >= 0, "threads: " + threads + ", expected 0 (one per core) or more");
    Inputs.require(chunk >= 1, "chunk: " + chunk + ", expected at least 1 row");
  }

  /**
   * Device {@code auto}, one thread per core, 64 rows at once, no spinning, 64 MiB of weights
   * packed, no profile, fixed points until they have converged, warnings to the log of Java.
   */
  public static InferenceOptions of() {
    Consumer<String> log = line -> LOG.log(System.Logger.Level.WARNING, line);
    return new InferenceOptions("auto", 0, 64, false, PACKED, Optional.empty(), false, log);
  }

  /** These options with every round of fixed points, or with as many as they need. */
  public InferenceOptions withExact(boolean other) {
    return new InferenceOptions(device, threads, chunk, spinning, packed, profile, other, warnings);
  }

  /** These options with warnings to another place. */
  public InferenceOptions withWarnings(Consumer<String> other) {
    return new InferenceOptions(device, threads, chunk, spinning, packed, profile, exact, other);
  }

  /** These options on another device. */
  public InferenceOptions withDevice(String other) {
    return new InferenceOptions(other, threads, chunk, spinning, packed, profile, exact, warnings);
  }

  /** These options with another number of threads. */
  public InferenceOptions withThreads(int other) {
    return new InferenceOptions(device, other, chunk, spinning, packed, profile, exact, warnings);
  }

  /** These options with or without spinning threads. */
  public InferenceOptions withSpinning(boolean other) {
    return new InferenceOptions(device, threads, chunk, other, packed, profile, exact, warnings);
  }

  /** These options with weights packed up to another number of bytes. */
  public InferenceOptions withPacked(long other) {
    return new InferenceOptions(device, threads, chunk, spinning, other, profile, exact, warnings);
  }

  /** These options with another number of rows at once. */
  public InferenceOptions withChunk(int other) {
    return new InferenceOptions(device, threads, other, spinning, packed, profile, exact, warnings);
  }
}
