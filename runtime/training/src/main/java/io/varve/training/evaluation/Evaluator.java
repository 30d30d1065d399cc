package io.varve.training.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.varve.inference.ActiveUnits;
import io.varve.inference.bundle.Manifest;
import io.varve.inference.bundle.Term;
import io.varve.model.Bound;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.NoiseSource;
import io.varve.model.Run;
import io.varve.model.weights.Weights;
import io.varve.spi.Mapped;
import io.varve.spi.Node;
import io.varve.training.data.feed.Feed;
import io.varve.training.data.set.Order;
import io.varve.training.data.set.Split;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

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
  private final BooleanSupplier stop;

  /**
   * An evaluator of these weights.
   *
   * @param weights whose layout and buffers hold
   * @param vector the values to measure: the weights' own or their running average
   */
  public Evaluator(Model model, Encoding encoding, Weights weights, NDArray vector) {
    this(model, encoding, weights, vector, () -> false);
  }

  private Evaluator(
      Model model, Encoding encoding, Weights weights, NDArray vector, BooleanSupplier stop) {
    this.model = model;
    this.encoding = encoding;
    this.weights = weights;
    this.vector = vector;
    this.manager = vector.getManager();
    this.stop = stop;
  }

  /** The same, which throws {@link CancellationException} at the next batch once asked to stop. */
  public Evaluator stoppingWhen(BooleanSupplier asked) {
    return new Evaluator(model, encoding, weights, vector, asked);
  }

  /**
   * What to measure.
   *
   * @param samples K of the importance-weighted bound; 0 leaves it out
   * @param batch images at a time
   * @param seed of the noise
   * @param weighted how many images that bound is estimated on: the first so many
   */
  public record Settings(int samples, int batch, long seed, int weighted) {
    /** Checks the numbers. */
    public Settings {
      require("evaluation.importance-samples", 0, samples);
      require("evaluation.batch", 1, batch);
      require("evaluation.importance-images", 1, weighted);
    }

    private static void require(String key, int least, int value) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s: must be at least %d, not %d".formatted(key, least, value));
      }
    }

    /** With the importance-weighted bound of all images. */
    public Settings(int samples, int batch, long seed) {
      this(samples, batch, seed, Integer.MAX_VALUE);
    }
  }

  /** The bound of every image of a split, its terms, and the importance bound if asked for. */
  public Scores evaluate(Split split, Settings settings) {
    long start = System.nanoTime();
    int size = split.size();
    Map<String, float[]> terms = new LinkedHashMap<>();
    float[] correction = new float[size];
    forBatches(
        split,
        settings.batch(),
        settings.seed(),
        batch -> {
          Bound bound = model.bound(run(batch, 0), batch.x().value());
          Term.named(bound.logP(), bound.kl())
              .forEach(
                  (term, nats) ->
                      put(nats, terms.computeIfAbsent(term, t -> new float[size]), batch));
          put(batch.x().logDet(), correction, batch);
        });
    double seconds = (System.nanoTime() - start) / 1e9;
    Optional<Scores.ImportanceBounds> weighted =
        settings.samples() > 0 ? Optional.of(importance(split, settings)) : Optional.empty();
    long dimensions = model.spaces().get(model.observed()).shape().size();
    return new Scores(terms, correction, weighted, dimensions, seconds);
  }

  private Scores.ImportanceBounds importance(Split split, Settings settings) {
    Split few = split.first(settings.weighted());
    float[] bounds = new float[few.size()];
    forBatches(
        few,
        settings.batch(),
        settings.seed(),
        batch ->
            put(
                model.importanceBound(settings.samples(), k -> run(batch, k), batch.x().value()),
                bounds,
                batch));
    return new Scores.ImportanceBounds(settings.samples(), bounds);
  }

  /**
   * How many dimensions of each latent are active on these images; see {@link ActiveUnits}.
   *
   * @param settings whose batch and seed count
   */
  public Map<String, ActiveUnits.Count> activeUnits(Split split, Settings settings) {
    ActiveUnits units = new ActiveUnits();
    forBatches(
        split,
        settings.batch(),
        settings.seed(),
        batch -> {
          try (ActiveUnits.Draws draws = units.draws(batch.rows())) {
            for (int draw = 0; draw < ActiveUnits.DRAWS; draw++) {
              addDraw(draws, batch.x().value(), batch.noise(draw / 2), draw);
            }
          }
        });
    return units.counts();
  }

  /** Adds a draw of the posterior; odd ones have the noise of those before them, turned round. */
  private void addDraw(ActiveUnits.Draws batch, NDArray x, PhiloxNoise noise, int draw) {
    try (NDManager scope = noise.manager().newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      Map<String, NDArray> inferred = model.infer(run(scope, noise.on(scope, draw % 2 == 1)), x);
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

  private static void put(NDArray perImage, float[] into, Batch batch) {
    float[] values = perImage.toFloatArray();
    System.arraycopy(values, 0, into, batch.first(), values.length);
  }

  /** The variables of the model, as its bundle lists them. */
  public List<Manifest.Variable> variables() {
    return model.variables(Manifest.Variable::new);
  }

  /** What these weights draw and reconstruct. */
  public ModelPictures pictures() {
    return new ModelPictures(this);
  }

  Model model() {
    return model;
  }

  Encoding encoding() {
    return encoding;
  }

  NDManager manager() {
    return manager;
  }

  Run run(Batch batch, int sample) {
    return run(batch.scope(), batch.noise(sample));
  }

  Run run(NDManager scope, NoiseSource noise) {
    return new Run(scope, weights.store(scope, vector), false, noise);
  }

  /**
   * A batch of stored images as x, with the noise of their evaluation.
   *
   * @param scope owns what is made of it
   * @param first the index of its first image
   * @param rows how many images
   */
  record Batch(NDManager scope, Mapped x, long seed, int first, int rows) {
    PhiloxNoise noise(int sample) {
      return new PhiloxNoise(scope, seed, first, rows, sample);
    }
  }

  /** The images of a split in order, each batch in a scope of its own. */
  void forBatches(Split split, int size, long seed, Consumer<Batch> measure) {
    try (Feed feed = new Feed(manager, split, RESIDENT_BYTES);
        Feed.Epoch epoch = feed.epoch(Order.sequential(split.size()), 0, size)) {
      while (epoch.hasNext()) {
        if (stop.getAsBoolean()) {
          throw new CancellationException("the evaluation was stopped");
        }
        int first = epoch.cursor();
        try (NDManager scope = manager.newSubManager();
            NDScope arrays = new NDScope()) {
          arrays.suppressNotUsedWarning();
          NDArray bytes = epoch.next(scope);
          int rows = (int) bytes.getShape().get(0);
          Run run = run(scope, new PhiloxNoise(scope, seed, first, rows, 0));
          measure.accept(new Batch(scope, encoding.encode(run, bytes), seed, first, rows));
        }
      }
    }
  }
}
