package io.varve.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.varve.model.Bound;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.Run;
import io.varve.model.Weights;
import io.varve.spi.Mapped;
import io.varve.training.data.Feed;
import io.varve.training.data.Order;
import io.varve.training.data.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures a model in evaluation mode. Randomness is a function of seed, stream, image and sample
 * ({@link io.varve.inference.Philox}), so results do not depend on how images are batched and a
 * bundle given the same noise finds the same.
 */
public final class Evaluator {
  private static final long RESIDENT_BYTES = 1L << 31;

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
  Evaluator(Model model, Encoding encoding, Weights weights, NDArray vector) {
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
   */
  public record Plan(int samples, int batch, long seed) {
    /** Checks the numbers. */
    public Plan {
      if (samples < 0 || batch < 1) {
        throw new IllegalArgumentException(
            "evaluation: expected samples of at least 0 and a batch of at least 1, found %d and %d"
                .formatted(samples, batch));
      }
    }
  }

  /** The bound of every image of a split, its terms, and the importance bound if asked for. */
  public Scores evaluate(Split split, Plan plan) {
    long start = System.nanoTime();
    int size = split.size();
    Map<String, float[]> terms = new LinkedHashMap<>();
    float[] correction = new float[size];
    float[] importance = new float[plan.samples() > 0 ? size : 0];
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
          if (plan.samples() > 0) {
            NDArray weighted =
                model.importanceBound(
                    plan.samples(), k -> run(scope, plan.seed(), first, rows, k), x.value());
            put(weighted, importance, first);
          }
        });
    Optional<Scores.Importance> weighted =
        plan.samples() > 0
            ? Optional.of(new Scores.Importance(plan.samples(), importance))
            : Optional.empty();
    long dimensions = model.spaces().get(model.observed()).shape().size();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Scores(terms, correction, weighted, dimensions, seconds);
  }

  private static void put(NDArray perImage, float[] into, int first) {
    float[] values = perImage.toFloatArray();
    System.arraycopy(values, 0, into, first, values.length);
  }

  /** Draws from the model: means of p(x | z) as pixels 0..255, [n, C, H, W] in one array. */
  public byte[] samples(int n, long seed) {
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      return pixels(model.generate(run(scope, seed, 0, n, 0), Map.of()));
    }
  }

  /**
   * Images as the model saw them, and what it makes of them with every latent and derived variable
   * carried, as pixels 0..255: two arrays [n, C, H, W].
   *
   * @param n the first so many images of the split
   */
  public List<byte[]> reconstructions(Split split, int n, long seed) {
    List<byte[]> pairs = new ArrayList<>();
    Split few = split.first(n);
    forBatches(
        few,
        few.size(),
        (scope, bytes, first) -> {
          NDArray x = encode(scope, bytes, seed, first).value();
          Run run = run(scope, seed, first, few.size(), 0);
          Map<String, NDArray> carried = model.infer(run, x);
          Run decoding = run(scope, seed, first, few.size(), 1);
          pairs.add(bytes(encoding.display(x)));
          pairs.add(pixels(model.generate(decoding, carried)));
        });
    return pairs;
  }

  private byte[] pixels(Map<String, NDArray> generated) {
    return bytes(encoding.display(generated.get(model.observed() + ".mean")));
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

  private Mapped encode(NDManager scope, NDArray bytes, long seed, int first) {
    int rows = (int) bytes.getShape().get(0);
    return encoding.encode(run(scope, seed, first, rows, 0), bytes);
  }

  private interface Batch {
    void measure(NDManager scope, NDArray bytes, int first);
  }

  private void forBatches(Split split, int batch, Batch each) {
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
