package io.varve.training.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.varve.inference.ActiveUnits;
import io.varve.inference.bundle.Manifest;
import io.varve.model.Bound;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.Run;
import io.varve.model.weights.Weights;
import io.varve.spi.Mapped;
import io.varve.spi.Node;
import io.varve.training.data.feed.Feed;
import io.varve.training.data.set.Order;
import io.varve.training.data.set.Split;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures a model in evaluation mode. Randomness is a function of seed, stream, image and sample
 * ({@link io.varve.inference.Philox}), so results do not depend on how images are batched and a
 * bundle given the same noise finds the same.
 */
public final class Evaluator {
  private static final long RESIDENT_BYTES = 1L << 31;

  /** Pixels drawn at a time: 125 images of MNIST, 8 of 3 x 64 x 64; a pass keeps all its arrays. */
  private static final long DRAWN_AT_ONCE = 98_304;

  private final Model model;
  private final Encoding encoding;
  private final Weights weights;
  private final NDArray vector;
  private final NDManager manager;

  /**
   * An evaluator of these weights.
   *
   * @param weights whose layout and buffers hold
   * @param vector the values to measure: the weights' own or their running average
   */
  public Evaluator(Model model, Encoding encoding, Weights weights, NDArray vector) {
    this.model = model;
    this.encoding = encoding;
    this.weights = weights;
    this.vector = vector;
    this.manager = vector.getManager();
  }

  /**
   * What to measure.
   *
   * @param samples K of the importance-weighted bound; 0 leaves it out
   * @param batch images at a time
   * @param seed of the noise
   * @param weighted how many images that bound is estimated on: the first so many
   */
  public record Plan(int samples, int batch, long seed, int weighted) {
    /** Checks the numbers. */
    public Plan {
      if (samples < 0 || batch < 1 || weighted < 1) {
        throw new IllegalArgumentException(
            "evaluation: expected samples of at least 0, a batch and importance images of at least 1, found %d, %d and %d"
                .formatted(samples, batch, weighted));
      }
    }

    /** With the importance-weighted bound of all images. */
    public Plan(int samples, int batch, long seed) {
      this(samples, batch, seed, Integer.MAX_VALUE);
    }
  }

  /** The bound of every image of a split, its terms, and the importance bound if asked for. */
  public Scores evaluate(Split split, Plan plan) {
    long start = System.nanoTime();
    int size = split.size();
    Map<String, float[]> terms = new LinkedHashMap<>();
    float[] correction = new float[size];
    forBatches(
        split,
        plan.batch(),
        (scope, bytes, first) -> {
          int rows = (int) bytes.getShape().get(0);
          Mapped x = encode(scope, bytes, plan.seed(), first);
          Bound bound = model.bound(run(scope, plan.seed(), first, rows, 0), x.value());
          bound
              .terms()
              .forEach(
                  term ->
                      put(
                          term.getValue(),
                          terms.computeIfAbsent(term.getKey(), t -> new float[size]),
                          first));
          put(x.logDet(), correction, first);
        });
    double seconds = (System.nanoTime() - start) / 1e9;
    Optional<Scores.Importance> weighted =
        plan.samples() > 0 ? Optional.of(importance(split, plan)) : Optional.empty();
    long dimensions = model.spaces().get(model.observed()).shape().size();
    return new Scores(terms, correction, weighted, dimensions, seconds);
  }

  private Scores.Importance importance(Split split, Plan plan) {
    Split few = split.first(plan.weighted());
    float[] bound = new float[few.size()];
    forBatches(
        few,
        plan.batch(),
        (scope, bytes, first) -> {
          int rows = (int) bytes.getShape().get(0);
          NDArray x = encode(scope, bytes, plan.seed(), first).value();
          NDArray weighted =
              model.importanceBound(
                  plan.samples(), k -> run(scope, plan.seed(), first, rows, k), x);
          put(weighted, bound, first);
        });
    return new Scores.Importance(plan.samples(), bound);
  }

  /**
   * How many dimensions of each latent are active on these images; see {@link ActiveUnits}.
   *
   * @param plan whose batch and seed count
   */
  public Map<String, ActiveUnits.Count> activeUnits(Split split, Plan plan) {
    ActiveUnits units = new ActiveUnits();
    forBatches(
        split,
        plan.batch(),
        (scope, bytes, first) -> {
          NDArray x = encode(scope, bytes, plan.seed(), first).value();
          int rows = (int) bytes.getShape().get(0);
          try (ActiveUnits.Batch batch = units.batch(rows)) {
            for (int draw = 0; draw < ActiveUnits.DRAWS; draw++) {
              addDraw(batch, x, new PhiloxNoise(scope, plan.seed(), first, rows, draw / 2), draw);
            }
          }
        });
    return units.counts();
  }

  /** Adds a draw of the posterior; odd ones have the noise of those before them, turned round. */
  private void addDraw(ActiveUnits.Batch batch, NDArray x, PhiloxNoise noise, int draw) {
    try (NDManager scope = noise.manager().newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Run run = new Run(scope, weights.store(scope, vector), false, noise.on(scope, draw % 2 == 1));
      Map<String, NDArray> inferred = model.infer(run, x);
      for (Node node : model.nodes()) {
        if (node instanceof Node.Latent latent) {
          NDArray values = inferred.get(latent.name());
          batch.add(
              latent.name(),
              (long) draw * noise.rows(),
              FloatBuffer.wrap(values.toFloatArray()),
              (int) latent.shape().size());
        }
      }
    }
  }

  private static void put(NDArray perImage, float[] into, int first) {
    float[] values = perImage.toFloatArray();
    System.arraycopy(values, 0, into, first, values.length);
  }

  /** Draws from the model: means of p(x | z) as pixels 0..255, [n, C, H, W] in one array. */
  public byte[] samples(int n, long seed) {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    for (int first = 0; first < n; first += drawnAtOnce()) {
      int rows = Math.min(drawnAtOnce(), n - first);
      pixels.writeBytes(generated(Map.of(), seed, first, rows));
    }
    return pixels.toByteArray();
  }

  /**
   * Draws from the model on the scale of stored bytes, numbers 0..255, [n, C, H, W] in one array.
   */
  public float[] draws(int n, long seed) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Map<String, NDArray> drawn = model.generate(run(scope, seed, 0, n, 0), Map.of());
      return encoding.display(drawn.get(model.observed())).toFloatArray();
    }
  }

  /** Images as the model sees them, on that scale. */
  public float[] seen(Split split, long seed) {
    FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(split.bytes()));
    forBatches(
        split,
        drawnAtOnce(),
        (scope, bytes, first) -> {
          NDArray x = encode(scope, bytes, seed, first).value();
          all.put(encoding.display(x).toFloatArray());
        });
    return all.array();
  }

  /**
   * Images as the model saw them, and what it makes of them with each of some sets of variables
   * carried, as pixels 0..255: one array [n, C, H, W] for the images and one for each set. Latents
   * and noise are those of a bundle with this seed.
   *
   * @param n the first so many images of the split
   * @param carried latent and derived variables; none generates
   */
  public List<byte[]> reconstructions(Split split, int n, List<Set<String>> carried, long seed) {
    List<ByteArrayOutputStream> pictures =
        Stream.generate(ByteArrayOutputStream::new).limit(1L + carried.size()).toList();
    forBatches(
        split.first(n),
        drawnAtOnce(),
        (scope, bytes, first) -> {
          int rows = (int) bytes.getShape().get(0);
          NDArray x = encode(scope, bytes, seed, first).value();
          pictures.get(0).writeBytes(bytes(encoding.display(x)));
          Map<String, NDArray> inferred = model.infer(run(scope, seed, first, rows, 0), x);
          for (int i = 0; i < carried.size(); i++) {
            Map<String, NDArray> kept = new LinkedHashMap<>(inferred);
            kept.keySet().retainAll(carried.get(i));
            pictures.get(i + 1).writeBytes(generated(kept, seed, first, rows));
          }
        });
    return pictures.stream().map(ByteArrayOutputStream::toByteArray).toList();
  }

  /** Pixels of what is drawn given some variables, in a scope of their own. */
  private byte[] generated(Map<String, NDArray> carried, long seed, int first, int rows) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Map<String, NDArray> drawn = model.generate(run(scope, seed, first, rows, 0), carried);
      return bytes(encoding.display(drawn.get(model.observed() + ".mean")));
    }
  }

  private int drawnAtOnce() {
    return (int) Math.max(1, DRAWN_AT_ONCE / model.spaces().get(model.observed()).shape().size());
  }

  /** The variables of the model, as its bundle lists them. */
  public List<Manifest.Variable> variables() {
    return model.variables(Manifest.Variable::new);
  }

  private static byte[] bytes(NDArray values) {
    float[] floats = values.toFloatArray();
    byte[] bytes = new byte[floats.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.max(0, Math.min(255, Math.round(floats[i])));
    }
    return bytes;
  }

  private Run run(NDManager scope, long seed, int first, int rows, int sample) {
    return new Run(
        scope,
        weights.store(scope, vector),
        false,
        new PhiloxNoise(scope, seed, first, rows, sample));
  }

  /** Stored images as x, with the noise of their evaluation. */
  Mapped encode(NDManager scope, NDArray bytes, long seed, int first) {
    int rows = (int) bytes.getShape().get(0);
    return encoding.encode(run(scope, seed, first, rows, 0), bytes);
  }

  /** What is done with each batch. */
  interface Batch {
    void measure(NDManager scope, NDArray bytes, int first);
  }

  /** The images of a split in order, each batch in a scope of its own. */
  void forBatches(Split split, int batch, Batch each) {
    try (Feed feed = new Feed(manager, split, RESIDENT_BYTES);
        Feed.Epoch epoch = feed.epoch(Order.sequential(split.size()), 0, batch)) {
      while (epoch.hasNext()) {
        int first = epoch.cursor();
        try (NDManager scope = manager.newSubManager();
            NDScope arrays = new NDScope()) {
          arrays.suppressNotUsedWarning();
          each.measure(scope, epoch.next(scope), first);
        }
      }
    }
  }
}
