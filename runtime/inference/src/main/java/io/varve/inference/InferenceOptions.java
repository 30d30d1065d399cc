package io.varve.inference;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to run a bundle.
 *
 * @param device {@code cpu}, {@code cuda[:i]}, or {@code auto}: CUDA where it can be had
 * @param threads that compute one request on the CPU, 0 for one per core, and one for a single row
 *     of a model whose weights are packed, unless threads spin: waking others takes longer than
 *     they save; a service with many requests at a time is best served by 1
 * @param chunk the most rows computed at once; bounds the memory a request takes
 * @param spinning whether idle threads spin during a request: faster where nothing else runs, many
 *     times slower where cores are shared
 * @param packed up to how many bytes of weights each open graph keeps a repacked copy of its own:
 *     up to twice as fast, but it takes memory (twice where single rows run on one thread), and
 *     time to open; with more weights than that, all graphs on the CPU read the same copy
 * @param profile the prefix of files that ONNX Runtime writes its timings to, if any
 * @param exact whether entry points run every round of a fixed point; the bundle must have the
 *     graphs for it, {@code exact} ones
 * @param warnings takes one line for each request in which a fixed point is left with a {@link
 *     io.varve.inference.bundle.Manifest#RESIDUAL} above {@link #RESIDUAL}; it is called after the
 *     request has let go of the bundle
 * @param service what matters to a process that runs for long
 * @param cuda how CUDA computes, where the device is one
 */
public record InferenceOptions(
    String device,
    int threads,
    int chunk,
    boolean spinning,
    long packed,
    Optional<Path> profile,
    boolean exact,
    Consumer<String> warnings,
    Service service,
    Cuda cuda) {
  /**
   * The residual above which there is a warning: ten times the one at which the iteration of {@code
   * maf} stops by default, and a hundred times the rounding of single precision.
   */
  public static final double RESIDUAL = 1e-5;

  private static final long PACKED = 64L << 20;

  /** More would only wait for one another, and a system may refuse to start them. */
  private static final int MOST_THREADS =
      Math.max(64, 4 * Runtime.getRuntime().availableProcessors());

  /**
   * What matters to a process that runs for long.
   *
   * @param warmUp whether opening a bundle opens every graph and runs it once, so that the first
   *     request is as fast as the others
   * @param timeout how long a request may take that does not say so itself; none: for ever
   * @param shrinking whether memory is given back after each request: the process stays smaller
   *     between large requests, and each request is a little slower
   * @param listener is told of every graph that is run
   * @param memory a limit that other bundles may share
   */
  public record Service(
      boolean warmUp,
      Optional<Duration> timeout,
      boolean shrinking,
      RequestListener listener,
      MemoryBudget memory) {
    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is null or the timeout is not positive
     */
    public Service {
      Inputs.requireGiven(timeout, "timeout");
      Inputs.requireGiven(listener, "listener");
      Inputs.requireGiven(memory, "memory");
      Request.checkTimeout(timeout);
    }

    /** No warm-up, no timeout, no shrinking, no listener, no limit. */
    public static Service of() {
      return new Service(
          false, Optional.empty(), false, RequestListener.NONE, MemoryBudget.unlimited());
    }
  }

  /**
   * How CUDA computes.
   *
   * @param tf32 whether products may keep ten bits of each factor: faster, but too few for a bound
   * @param memory the most bytes of the card that the working memory of a graph may take, 0: no
   *     limit
   * @param strict whether a bundle is refused that has a node without a CUDA kernel, see {@link
   *     io.varve.inference.bundle.VerifiedBundle#withoutCuda}. ONNX Runtime computes sizes of
   *     arrays on the CPU in any case
   * @param tensorRt whether TensorRT compiles what it can, which takes minutes when a graph is
   *     opened; its libraries are not part of Varve
   */
  public record Cuda(boolean tf32, long memory, boolean strict, boolean tensorRt) {
    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if memory is negative
     */
    public Cuda {
      Inputs.require(memory >= 0, "memory: " + memory + ", expected bytes, or 0 for no limit");
    }

    /** Full precision, no limit, single nodes on the CPU where CUDA has none, no TensorRT. */
    public static Cuda of() {
      return new Cuda(false, 0, false, false);
    }
  }

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if the device is none, threads is negative or absurd, chunk is
   *     below 1, or something is null
   */
  public InferenceOptions {
    Device.checkName(device);
    Inputs.require(
        threads >= 0 && threads <= MOST_THREADS,
        "threads: " + threads + ", expected 0 (one per core) to " + MOST_THREADS);
    Inputs.require(chunk >= 1, "chunk: " + chunk + ", expected at least 1 row");
    Inputs.requireGiven(profile, "profile");
    Inputs.requireGiven(warnings, "warnings");
    Inputs.requireGiven(service, "service");
    Inputs.requireGiven(cuda, "cuda");
  }

  /** Options with {@link Cuda#of()}. */
  public InferenceOptions(
      String device,
      int threads,
      int chunk,
      boolean spinning,
      long packed,
      Optional<Path> profile,
      boolean exact,
      Consumer<String> warnings,
      Service service) {
    this(device, threads, chunk, spinning, packed, profile, exact, warnings, service, Cuda.of());
  }

  /** Options with {@link Service#of()}. */
  public InferenceOptions(
      String device,
      int threads,
      int chunk,
      boolean spinning,
      long packed,
      Optional<Path> profile,
      boolean exact,
      Consumer<String> warnings) {
    this(device, threads, chunk, spinning, packed, profile, exact, warnings, Service.of());
  }

  /**
   * Device {@code auto}, one thread per core, 64 rows at once, no spinning, 64 MiB of weights
   * packed, no profile, fixed points until they have converged, warnings to the log of Java.
   */
  public static InferenceOptions of() {
    return new InferenceOptions(
        "auto", 0, 64, false, PACKED, Optional.empty(), false, InferenceOptions::log);
  }

  private static void log(String warning) {
    System.getLogger(InferenceOptions.class.getPackageName())
        .log(System.Logger.Level.WARNING, warning);
  }

  /** These options with every round of fixed points, or with as many as they need. */
  public InferenceOptions withExact(boolean other) {
    return new InferenceOptions(
        device, threads, chunk, spinning, packed, profile, other, warnings, service, cuda);
  }

  /** These options with warnings to another place. */
  public InferenceOptions withWarnings(Consumer<String> other) {
    return new InferenceOptions(
        device, threads, chunk, spinning, packed, profile, exact, other, service, cuda);
  }

  /** These options on another device. */
  public InferenceOptions withDevice(String other) {
    return new InferenceOptions(
        other, threads, chunk, spinning, packed, profile, exact, warnings, service, cuda);
  }

  /** These options with another number of threads. */
  public InferenceOptions withThreads(int other) {
    return new InferenceOptions(
        device, other, chunk, spinning, packed, profile, exact, warnings, service, cuda);
  }

  /** These options with or without spinning threads. */
  public InferenceOptions withSpinning(boolean other) {
    return new InferenceOptions(
        device, threads, chunk, other, packed, profile, exact, warnings, service, cuda);
  }

  /** These options with weights packed up to another number of bytes. */
  public InferenceOptions withPacked(long other) {
    return new InferenceOptions(
        device, threads, chunk, spinning, other, profile, exact, warnings, service, cuda);
  }

  /** These options with another number of rows at once. */
  public InferenceOptions withChunk(int other) {
    return new InferenceOptions(
        device, threads, other, spinning, packed, profile, exact, warnings, service, cuda);
  }

  /** These options with another way of computing on CUDA. */
  public InferenceOptions withCuda(Cuda other) {
    return new InferenceOptions(
        device, threads, chunk, spinning, packed, profile, exact, warnings, service, other);
  }

  /** These options for a process that runs for long. */
  public InferenceOptions withService(Service other) {
    return new InferenceOptions(
        device, threads, chunk, spinning, packed, profile, exact, warnings, other, cuda);
  }

  /** These options with or without running every graph once when a bundle is opened. */
  public InferenceOptions withWarmUp(boolean other) {
    return withService(
        new Service(
            other, service.timeout(), service.shrinking(), service.listener(), service.memory()));
  }

  /** These options with so much time for a request that has no timeout of its own. */
  public InferenceOptions withTimeout(Duration other) {
    return withService(
        new Service(
            service.warmUp(),
            Optional.ofNullable(other),
            service.shrinking(),
            service.listener(),
            service.memory()));
  }

  /** These options with or without giving memory back after each request. */
  public InferenceOptions withShrinking(boolean other) {
    return withService(
        new Service(
            service.warmUp(), service.timeout(), other, service.listener(), service.memory()));
  }

  /** These options with another listener. */
  public InferenceOptions withListener(RequestListener other) {
    return withService(
        new Service(
            service.warmUp(), service.timeout(), service.shrinking(), other, service.memory()));
  }

  /** These options within a limit of memory, which several bundles may share. */
  public InferenceOptions withMemory(MemoryBudget other) {
    return withService(
        new Service(
            service.warmUp(), service.timeout(), service.shrinking(), service.listener(), other));
  }

  Optional<Duration> timeout() {
    return service.timeout();
  }

  boolean shrinking() {
    return service.shrinking();
  }

  RequestListener listener() {
    return service.listener();
  }

  MemoryBudget memory() {
    return service.memory();
  }
}
