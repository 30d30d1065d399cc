package io.varve.inference;

import io.varve.inference.bundle.BundleVerification;
import io.varve.inference.bundle.GraphName;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Mode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
 * <p>Opening checks hashes, paths, operators and weights before native code reads a byte. A failure
 * is an {@link IllegalArgumentException} of one line. A bundle is thread-safe. Each graph is loaded
 * when it is first used. Closing waits for requests under way; after that, every request throws
 * {@link IllegalStateException}.
 *
 * <p>Noise is a pure function of (seed, name of the input, row, sample, element), see {@link
 * Philox}: the same seed gives the same result whatever the chunk size, threads or device, up to
 * the rounding of the device. Images are uint8, row-major, end to end, in the shape that the
 * manifest's {@code data} gives.
 */
public final class Bundle implements AutoCloseable {
  private final Path path;
  private final Manifest manifest;
  private final Graphs graphs;
  private final Requests requests;

  private Bundle(Path path, Manifest manifest, InferenceOptions options) {
    this.path = path;
    this.manifest = manifest;
    this.graphs = new Graphs(path, manifest, options);
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
   */
  public static Bundle open(Path directory, InferenceOptions options) {
    return new Bundle(directory, BundleVerification.verify(directory).manifest(), options);
  }

  Path path() {
    return path;
  }

  /** What the bundle is and holds. */
  public Manifest manifest() {
    return manifest;
  }

  /** The device in use, {@code cpu} or {@code cuda:i}. */
  public String device() {
    return graphs.device().name();
  }

  /** Scores images whose rows count from 0; see {@link #score(byte[], long, long)}. */
  public Score score(byte[] images, long seed) {
    return score(images, seed, 0);
  }

  /**
   * Bounds the log-likelihood of each image from one draw of the latents.
   *
   * @param firstRow the number of the first image, which its noise depends on, so that a data set
   *     may be handed in piece by piece
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public Score score(byte[] images, long seed, long firstRow) {
    return Score.of(requests.onImages("bound", images, new RequestNoise(seed, firstRow, 1)));
  }

  /**
   * Bounds images whose rows count from 0; see {@link #importanceBound(byte[], int, long, long)}.
   */
  public double[] importanceBound(byte[] images, int samples, long seed) {
    return importanceBound(images, samples, seed, 0);
  }

  /**
   * Bounds the log-likelihood of each image by importance sampling: the log of the mean of K
   * weights (Burda, Grosse and Salakhutdinov 2016, equation 8), nats.
   *
   * @param samples K, the number of draws per image
   * @param firstRow the number of the first image, which its noise depends on
   * @throws IllegalArgumentException if the bytes are not a whole number of images, or samples is
   *     below 1
   */
  public double[] importanceBound(byte[] images, int samples, long seed, long firstRow) {
    Inputs.require(samples >= 1, "samples: " + samples + ", expected at least 1");
    RequestNoise noise = new RequestNoise(seed, firstRow, 1);
    return graphs.use(
        "importance",
        session -> {
          int rows = Inputs.rows(images, Inputs.image(session.graph()));
          LogMeanExp mean = new LogMeanExp(rows);
          requests
              .imageRun(session, images, noise)
              .each(rows, samples, (output, from, values) -> mean.add(from, values));
          return mean.values(samples);
        });
  }

  /** Infers images whose rows count from 0; see {@link #infer(byte[], long, long)}. */
  public Map<String, Tensor> infer(byte[] images, long seed) {
    return infer(images, seed, 0);
  }

  /**
   * Draws the latent variables of images from the posterior and computes the derived ones.
   *
   * @param firstRow the number of the first image, which its noise depends on
   * @return every latent and derived variable by name, [B, shape]
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public Map<String, Tensor> infer(byte[] images, long seed, long firstRow) {
    return infer(images, new RequestNoise(seed, firstRow, 1));
  }

  Map<String, Tensor> infer(byte[] images, RequestNoise noise) {
    return requests.onImages("infer", images, noise);
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
  public Map<String, Tensor> inferFrom(String derived, Tensor values, long seed) {
    return inferFrom(derived, values, new RequestNoise(seed, 0, 1));
  }

  Map<String, Tensor> inferFrom(String derived, Tensor values, RequestNoise noise) {
    return requests.onValues(
        GraphName.inferringFrom(derived).toString(), Map.of(derived, values), 1, noise);
  }

  /**
   * Adds the posterior of some images to a count of active units, from {@link ActiveUnits#DRAWS}
   * draws of each.
   *
   * @param firstRow the number of the first image, which its noise depends on
   * @throws IllegalArgumentException if the bytes are not a whole number of images
   */
  public void addTo(ActiveUnits units, byte[] images, long seed, long firstRow) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    manifest.variables("latent").forEach(z -> sizes.put(z.name(), Manifest.size(z.shape())));
    graphs.use(
        "infer",
        session -> {
          int rows = Inputs.rows(images, Inputs.image(session.graph()));
          try (ActiveUnits.Draws draws = units.draws(rows)) {
            requests
                .imageRun(session, images, new RequestNoise(seed, firstRow, 1, true))
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

  /** Draws whose rows count from 0; see {@link #generate(int, long, float, long)}. */
  public Map<String, Tensor> generate(int n, long seed, float temperature) {
    return generate(n, seed, temperature, 0);
  }

  /**
   * Draws from the model. Where the graph iterates, {@link Manifest#RESIDUAL} and {@link
   * Manifest#PASSES} stand beside the variables, and a residual too large is warned of; see {@link
   * InferenceOptions}.
   *
   * @param n the number of draws
   * @param temperature scales the noise: 1 is the model, 0 the centre of every distribution
   * @param firstRow the number of the first draw, which its noise depends on, so that many may be
   *     drawn piece by piece
   * @return every variable by name, [n, shape]; the observed {@code x} as a draw, {@code x.mean} as
   *     its expectation, or the draw again where a flow over x leaves no closed form of it
   * @throws IllegalArgumentException if n is below 1 or the temperature is negative
   */
  public Map<String, Tensor> generate(int n, long seed, float temperature, long firstRow) {
    Inputs.require(n >= 1, "n: " + n + ", expected at least 1");
    RequestNoise noise = new RequestNoise(seed, firstRow, temperature);
    return graphs.use(
        "generate", session -> requests.chunkedRun(session, Map.of(), noise).collect(n, 1));
  }

  /**
   * Draws the rest of the model given the values of some variables.
   *
   * @param carried values by variable, [B, shape] with one B; on the variable's grid
   * @param temperature scales the noise: 1 is the model, 0 the centre of every distribution
   * @return every other variable by name, [B, shape]
   * @throws IllegalArgumentException if the bundle has no graph for this set of variables, or a
   *     value has another shape
   */
  public Map<String, Tensor> carry(Map<String, Tensor> carried, long seed, float temperature) {
    return carry(carried, 1, seed, temperature);
  }

  /**
   * As {@link #carry(Map, long, float)}, so many times.
   *
   * @param samples how often each row is drawn
   * @return [samples * B, shape]: sample s of row b at s * B + b
   */
  public Map<String, Tensor> carry(
      Map<String, Tensor> carried, int samples, long seed, float temperature) {
    Inputs.require(samples >= 1, "samples: " + samples + ", expected at least 1");
    RequestNoise noise = new RequestNoise(seed, 0, temperature);
    return requests.onValues(graphs.carrying(carried.keySet()), carried, samples, noise);
  }

  /** Whether the bundle has the graph that a mode needs. */
  public boolean offers(Mode mode) {
    return mode.carried().isEmpty()
        ? manifest.graphs().containsKey(mode.graph())
        : graphs.carried().containsValue(mode.carried());
  }

  /** Refuses a set of variables for which there is no graph. */
  void requireCarries(Set<String> variables) {
    graphs.carrying(variables);
  }

  /**
   * Infers images, keeps the values of some variables and draws the rest anew.
   *
   * @param carried the variables to keep, latent or derived
   * @param temperature scales the noise of both passes
   * @return every other variable by name, [B, shape]
   * @throws IllegalArgumentException if the bytes are not a whole number of images, or the bundle
   *     has no graph for this set of variables
   */
  public Map<String, Tensor> reconstruct(
      byte[] images, Set<String> carried, long seed, float temperature) {
    requireCarries(carried); // before the costly half
    Map<String, Tensor> kept =
        new LinkedHashMap<>(infer(images, new RequestNoise(seed, 0, temperature)));
    kept.keySet().retainAll(carried);
    return carry(kept, seed, temperature);
  }

  /**
   * Runs one graph once on all its inputs, including the noise, without chunks.
   *
   * @param inputs by name, [B, shape] with one B; those of type uint8 hold integers 0..255
   * @throws IllegalArgumentException if there is no such graph, an input is missing or unknown, or
   *     has another shape
   */
  public Map<String, Tensor> run(String graph, Map<String, Tensor> inputs) {
    return graphs.named(
        graph,
        session -> {
          List<Manifest.Port> ports = session.graph().allInputs();
          int rows = Inputs.rows(inputs, ports);
          return requests
              .unchunkedRun(session, Inputs.sources(inputs, ports), rows)
              .collect(rows, 1);
        });
  }

  /**
   * Replays what the export recorded and compares.
   *
   * @return for each graph the worst error of any output, relative to the larger of 1 and the
   *     recorded number, or to the recorded terms that it is a difference of, if these are larger.
   *     Where a draw from a grid may fall to the other side of an edge, the mean error counts. The
   *     export allowed {@code manifest().parity().tolerance()}
   */
  public Map<String, Double> checkParity() {
    return new ParityCheck(path.resolve(manifest.parity().file())).worst(this::run, manifest::tied);
  }

  /** Waits for requests under way and frees all that is native. Closing twice does nothing. */
  @Override
  public void close() {
    graphs.close();
  }
}
