package io.varve.inference;

import io.varve.inference.bundle.BundleVerification;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import io.varve.inference.bundle.VerifiedBundle;
import io.varve.inference.onnxruntime.OnnxRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * An exported model, ready to score images and to draw new ones.
 *
 * <pre>{@code
 * try (Bundle bundle = Bundle.open(Path.of("mnist.varve"))) {
 *   Score score = bundle.score(images, 1);                       // uint8, n images end to end
 *   Tensor drawn = bundle.generate(16, 1, 1f).get("x.mean");     // [16, 1, 28, 28]
 *   Tensor again = bundle.reconstruct(images, Set.of("z"), 1, 1f).get("x.mean");
 * }
 * }</pre>
 *
 * <p>Opening reads every file once, checks hashes, paths, operators and weights before native code
 * sees a byte, and keeps what it read. What becomes of the folder afterwards does not matter: every
 * answer is of the bundle that was opened. A failure is an {@link IllegalArgumentException} of one
 * line. A bundle is thread-safe. Each graph is loaded when it is first used, or by {@link #load()}
 * or {@link #warmUp()}. After closing, every request throws {@link IllegalStateException}.
 *
 * <p>A request ends early with a {@link io.varve.inference.onnxruntime.RequestStoppedException}
 * when its thread is interrupted, or when its time is up; see {@link Request#timeout()}. A result
 * that is not a number, an input that is none or is infinite, and an argument that is null are each
 * an {@link IllegalArgumentException}.
 *
 * <p>Noise is a pure function of (seed, name of the input, row, sample, element), see {@link
 * Philox}: the same seed gives the same result whatever the chunk size, threads or device, up to
 * the rounding of the device. Images are uint8, row-major, end to end, in the shape that the
 * manifest's {@code data} gives; {@link Pictures} makes them from pictures. Each kind of request
 * takes a {@link Request}; the forms with a seed are short for common ones.
 */
// Longer than other classes: this is all that a service calls, and most lines are Javadoc.
public final class Bundle implements AutoCloseable {
  private final Path path;
  private final VerifiedBundle verified;
  private final InferenceOptions options;
  private final Graphs graphs;
  private final Requests requests;

  private Bundle(Path path, VerifiedBundle verified, InferenceOptions options) {
    this.path = path;
    this.verified = verified;
    this.options = options;
    this.graphs = new Graphs(path, verified, options);
    this.requests = new Requests(graphs, options);
  }

  /** Opens a bundle with {@link InferenceOptions#of()}. */
  public static Bundle open(Path directory) {
    return open(directory, InferenceOptions.of());
  }

  /**
   * Opens a bundle.
   *
   * @throws IllegalArgumentException if anything about it is not as its manifest says, it wants
   *     what it must not have, or the device cannot be had
   * @throws IllegalStateException if its weights do not fit into the {@link MemoryBudget}
   */
  public static Bundle open(Path directory, InferenceOptions options) {
    return open(directory, options, Set.of());
  }

  /**
   * Opens some graphs of a bundle. The others cannot be used, and nothing is checked of them but
   * their hashes, so that a process with one request waits for no more than it needs.
   *
   * @param graphs by name; all where the bundle has none of these, or the set is empty
   * @throws IllegalArgumentException if anything about it is not as its manifest says, it wants
   *     what it must not have, or the device cannot be had
   * @throws IllegalStateException if its weights do not fit into the {@link MemoryBudget}
   */
  public static Bundle open(Path directory, InferenceOptions options, Set<String> graphs) {
    Inputs.requireGiven(directory, "directory");
    Inputs.requireGiven(options, "options");
    Inputs.requireGiven(graphs, "graphs");
    Device.wanted(options); // before any work
    OnnxRuntime.prepare(); // while the files are read and checked
    Bundle bundle = new Bundle(directory, BundleVerification.verify(directory, graphs), options);
    if (options.service().warmUp()) {
      try {
        bundle.warmUp();
      } catch (RuntimeException e) {
        bundle.close();
        throw e;
      }
    }
    return bundle;
  }

  Path path() {
    return path;
  }

  /** What the bundle is and holds. */
  public Manifest manifest() {
    return verified.manifest();
  }

  /** The device in use, {@code cpu} or {@code cuda:i}. */
  public String device() {
    return graphs.device().name();
  }

  /** Opens every graph, where it would be opened when it is first used. */
  public void load() {
    graphs.load();
  }

  /** Opens every graph and runs each twice on one row, so that the first request waits for none. */
  public void warmUp() {
    for (String name : verified.graphs().keySet()) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      for (Manifest.Port port : manifest().graphs().get(name).allInputs()) {
        float[] zeros = new float[Manifest.size(port.shape())];
        inputs.put(port.name(), new Tensor(Tensor.shape(1, port.shape()), zeros));
      }
      graphs.named(
          name,
          Optional.empty(),
          call -> {
            ChunkedRun run =
                requests.wholeRun(call, Inputs.sources(inputs, call.graph().allInputs()), 1);
            run.collect(1, 1);
            return run.collect(1, 1); // the first single row opens no session for single rows
          });
    }
  }

  /** Scores images whose rows count from 0; see {@link #score(byte[], Request)}. */
  public Score score(byte[] images, long seed) {
    return score(images, Request.of(seed));
  }

  /** Scores images whose rows count from a number; see {@link #score(byte[], Request)}. */
  public Score score(byte[] images, long seed, long firstRow) {
    return score(images, Request.of(seed).withFirstRow(firstRow));
  }

  /**
   * Bounds the log-likelihood of each image from one draw of the latents.
   *
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public Score score(byte[] images, Request request) {
    return Score.of(requests.onImages("bound", images, noise(request)));
  }

  private static RequestNoise noise(Request request) {
    Inputs.requireGiven(request, "request");
    return new RequestNoise(request);
  }

  /** Bounds images whose rows count from 0; see {@link #importanceBound(byte[], int, Request)}. */
  public double[] importanceBound(byte[] images, int samples, long seed) {
    return importanceBound(images, samples, Request.of(seed));
  }

  /**
   * Bounds images whose rows count from a number; see {@link #importanceBound(byte[], int,
   * Request)}.
   */
  public double[] importanceBound(byte[] images, int samples, long seed, long firstRow) {
    return importanceBound(images, samples, Request.of(seed).withFirstRow(firstRow));
  }

  /**
   * Bounds the log-likelihood of each image by importance sampling: the log of the mean of K
   * weights (Burda, Grosse and Salakhutdinov 2016, equation 8), nats.
   *
   * @param samples K, the number of draws per image
   * @throws IllegalArgumentException if the bytes are not a whole number of images, or samples is
   *     below 1
   */
  public double[] importanceBound(byte[] images, int samples, Request request) {
    requireSamples(samples);
    RequestNoise noise = noise(request);
    return graphs.use(
        "importance",
        request.timeout(),
        call -> {
          int rows = Inputs.rows(images, Inputs.image(call.graph()));
          LogMeanExp mean = new LogMeanExp(rows);
          requests
              .imageRun(call, images, noise)
              .each(rows, samples, (output, from, values) -> mean.add(from, values));
          return mean.values(samples);
        });
  }

  private static void requireSamples(int samples) {
    Inputs.require(samples >= 1, "samples: " + samples + ", expected at least 1");
  }

  /** Infers images whose rows count from 0; see {@link #infer(byte[], Request)}. */
  public Map<String, Tensor> infer(byte[] images, long seed) {
    return infer(images, Request.of(seed));
  }

  /** Infers images whose rows count from a number; see {@link #infer(byte[], Request)}. */
  public Map<String, Tensor> infer(byte[] images, long seed, long firstRow) {
    return infer(images, Request.of(seed).withFirstRow(firstRow));
  }

  /**
   * Draws the latent variables of images from the posterior and computes the derived ones.
   *
   * @return every latent and derived variable by name, [B, shape]
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public Map<String, Tensor> infer(byte[] images, Request request) {
    return requests.onImages("infer", images, noise(request));
  }

  /** Rows count from 0; see {@link #inferFrom(String, Tensor, Request)}. */
  public Map<String, Tensor> inferFrom(String derived, Tensor values, long seed) {
    return inferFrom(derived, values, Request.of(seed));
  }

  /**
   * Infers variables from values of a derived variable alone, without an image: u ~ q(u | y) for
   * any y.
   *
   * @param derived the variable's name
   * @param values [B, variable], on the variable's grid
   * @return every latent and derived variable that can be inferred from it, by name, [B, shape]
   * @throws IllegalArgumentException if the bundle has no graph for it, or the values another shape
   */
  public Map<String, Tensor> inferFrom(String derived, Tensor values, Request request) {
    Inputs.requireGiven(derived, "derived");
    Inputs.requireGiven(values, "values");
    String graph = GraphName.inferringFrom(derived).toString();
    return requests.onValues(graph, Map.of(derived, values), 1, noise(request));
  }

  /**
   * Adds the posterior of some images to a count of active units, from {@link ActiveUnits#DRAWS}
   * draws of each.
   *
   * @param firstRow the number of the first image, which its noise depends on
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public void addTo(ActiveUnits units, byte[] images, long seed, long firstRow) {
    Inputs.requireGiven(units, "units");
    Request request = Request.of(seed).withFirstRow(firstRow);
    Map<String, Integer> sizes = new LinkedHashMap<>();
    manifest().variables("latent").forEach(z -> sizes.put(z.name(), Manifest.size(z.shape())));
    graphs.use(
        "infer",
        request.timeout(),
        call -> {
          int rows = Inputs.rows(images, Inputs.image(call.graph()));
          try (ActiveUnits.Draws draws = units.draws(rows)) {
            requests
                .imageRun(call, images, new RequestNoise(request, true))
                .each(
                    rows,
                    ActiveUnits.DRAWS,
                    (name, from, values) -> {
                      if (sizes.containsKey(name)) {
                        draws.add(name, from, values, sizes.get(name));
                      }
                    });
          }
          return rows;
        });
  }

  /** Draws whose rows count from 0; see {@link #generate(int, Request)}. */
  public Map<String, Tensor> generate(int n, long seed, float temperature) {
    return generate(n, Request.of(seed).withTemperature(temperature));
  }

  /** Draws whose rows count from a number; see {@link #generate(int, Request)}. */
  public Map<String, Tensor> generate(int n, long seed, float temperature, long firstRow) {
    return generate(n, Request.of(seed).withTemperature(temperature).withFirstRow(firstRow));
  }

  /**
   * Draws from the model. Where the graph iterates, {@link Manifest#RESIDUAL} and {@link
   * Manifest#PASSES} stand beside the variables, and a residual too large is warned of; see {@link
   * InferenceOptions}.
   *
   * @param n the number of draws
   * @return every variable by name, [n, shape]; the observed {@code x} as a draw, {@code x.mean} as
   *     its expectation, or the draw again where a flow over x leaves no closed form of it
   * @throws IllegalArgumentException if n is below 1, or Java has no memory for so many
   */
  public Map<String, Tensor> generate(int n, Request request) {
    Inputs.require(n >= 1, "n: " + n + ", expected at least 1");
    RequestNoise noise = noise(request);
    return graphs.use(
        "generate",
        request.timeout(),
        call -> requests.noisyRun(call, Map.of(), noise, n).collect(n, 1));
  }

  /**
   * Draws any number, a chunk at a time as the stream is read, so that they need not fit into
   * memory at once. Every chunk is a request of its own: the bundle may be used and closed in
   * between, and the timeout is that of a chunk.
   *
   * @param n the number of draws
   * @param request its rows in order
   * @return what {@link #generate(int, Request)} returns, cut into chunks of rows in order
   * @throws IllegalArgumentException if n is below 1, or the request numbers rows itself
   */
  public Stream<Map<String, Tensor>> stream(long n, Request request) {
    Inputs.require(n >= 1, "n: " + n + ", expected at least 1");
    Inputs.requireGiven(request, "request");
    Inputs.require(
        request.inOrder() && request.firstRow() <= Long.MAX_VALUE - n,
        "request: has seeds or numbers of its rows, expected rows in order for a stream");
    int chunk = options.chunk();
    return LongStream.iterate(0, from -> from < n, from -> from + chunk)
        .mapToObj(
            from ->
                generate(
                    (int) Math.min(chunk, n - from),
                    request.withFirstRow(request.firstRow() + from)));
  }

  /** Rows count from 0; see {@link #carry(Map, int, Request)}. */
  public Map<String, Tensor> carry(Map<String, Tensor> carried, long seed, float temperature) {
    return carry(carried, 1, seed, temperature);
  }

  /** Rows count from 0; see {@link #carry(Map, int, Request)}. */
  public Map<String, Tensor> carry(
      Map<String, Tensor> carried, int samples, long seed, float temperature) {
    return carry(carried, samples, Request.of(seed).withTemperature(temperature));
  }

  /**
   * Draws the rest of the model given the values of some variables.
   *
   * @param carried values by variable, [B, shape] with one B; on the variable's grid
   * @param samples how often each row is drawn
   * @return every other variable by name, [samples * B, shape]: sample s of row b at s * B + b
   * @throws IllegalArgumentException if the bundle has no graph for this set of variables, or a
   *     value has another shape
   */
  public Map<String, Tensor> carry(Map<String, Tensor> carried, int samples, Request request) {
    requireSamples(samples);
    Inputs.requireGiven(carried, "carried");
    return requests.onValues(graphs.carrying(carried.keySet()), carried, samples, noise(request));
  }

  /** Whether the bundle was opened with the graph that a mode needs. */
  public boolean offers(Mode mode) {
    Set<String> opened = verified.graphs().keySet();
    return mode.carried().isEmpty()
        ? opened.contains(mode.graph())
        : graphs.carried().entrySet().stream()
            .anyMatch(
                graph ->
                    opened.contains(graph.getKey()) && graph.getValue().equals(mode.carried()));
  }

  /** Refuses a set of variables for which there is no graph. */
  void requireCarries(Set<String> variables) {
    graphs.carrying(variables);
  }

  /** Rows count from 0; see {@link #reconstruct(byte[], Set, Request)}. */
  public Map<String, Tensor> reconstruct(
      byte[] images, Set<String> carried, long seed, float temperature) {
    return reconstruct(images, carried, Request.of(seed).withTemperature(temperature));
  }

  /**
   * Infers images, keeps the values of some variables and draws the rest anew.
   *
   * @param carried the variables to keep, latent or derived
   * @param request its temperature scales the noise of both passes, and its timeout is that of each
   * @return every other variable by name, [B, shape]
   * @throws IllegalArgumentException if the bytes are not a whole number of images, or the bundle
   *     has no graph for this set of variables
   */
  public Map<String, Tensor> reconstruct(byte[] images, Set<String> carried, Request request) {
    requireCarries(carried); // before the costly half
    Map<String, Tensor> kept = new LinkedHashMap<>(infer(images, request));
    kept.keySet().retainAll(carried);
    return carry(kept, 1, request);
  }

  /**
   * Runs one graph once on all its inputs, including the noise, without chunks.
   *
   * @param inputs by name, [B, shape] with one B; those of type uint8 hold integers 0..255
   * @throws IllegalArgumentException if there is no such graph, an input is missing or unknown, or
   *     has another shape
   */
  public Map<String, Tensor> run(String graph, Map<String, Tensor> inputs) {
    Inputs.requireGiven(graph, "graph");
    return graphs.named(
        graph,
        Optional.empty(),
        call -> {
          List<Manifest.Port> ports = call.graph().allInputs();
          int rows = Inputs.rows(inputs, ports);
          return requests.wholeRun(call, Inputs.sources(inputs, ports), rows).collect(rows, 1);
        });
  }

  /**
   * Answers a request on a thread of the caller's. Cancelling the result stops the request, also
   * one under way.
   *
   * @param request such as {@code bundle -> bundle.score(images, 1)}
   * @param executor where it runs; as many requests run at once as it has threads
   */
  public <T> CompletableFuture<T> async(Function<Bundle, T> request, Executor executor) {
    Inputs.requireGiven(request, "request");
    Inputs.requireGiven(executor, "executor");
    return PendingRequest.start(this, executor, request);
  }

  /**
   * Replays what the export recorded and compares.
   *
   * @return for each graph the worst error of any output, relative to the larger of 1 and the
   *     largest number recorded of it, or of the terms that it is a difference of. Where a draw
   *     from a grid may fall to the other side of an edge, the mean error counts. The export
   *     allowed {@code manifest().parity().tolerance()}
   * @throws IllegalArgumentException if the file with the recordings is no longer what it was when
   *     the bundle was opened
   */
  public Map<String, Double> checkParity() {
    Path file = path.resolve(manifest().parity().file());
    return new ParityCheck(file, verified.parity()).worst(this::run, manifest()::tied);
  }

  /** Waits for requests under way and frees all that is native. Closing twice does nothing. */
  @Override
  public void close() {
    graphs.close(Optional.empty());
  }

  /**
   * As {@link #close()}, but stops requests that are still under way after a time, or when this
   * thread is interrupted; see {@link io.varve.inference.onnxruntime.RequestStoppedException}.
   */
  public void close(Duration limit) {
    Inputs.requireGiven(limit, "limit");
    graphs.close(Optional.of(limit));
  }
}
