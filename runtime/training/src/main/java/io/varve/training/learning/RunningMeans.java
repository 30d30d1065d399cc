package io.varve.training.learning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.inference.bundle.Term;
import io.varve.model.Bound;
import io.varve.training.engine.Upload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What happened since the last look: sums on the device that steps add to, so that no step waits
 * for the host.
 */
public final class RunningMeans implements AutoCloseable {
  private final NDManager manager;
  private final List<String> terms;
  private final int samples;
  private final NDArray sums; // gradient norms, skipped, correction, each term, importance if any
  private final NDArray update;
  private final NDArray bound;
  private int steps;

  /**
   * What steps added up to.
   *
   * @param terms mean nats per image by name, as {@link Term} has it
   * @param importance the mean importance-weighted bound, nats per image, where training draws more
   *     than once
   * @param correction mean nats per image that a log-density of x lacks to one of the stored bytes
   * @param gradientNorm the mean over updates that were not skipped; NaN where all were
   * @param skipped updates left out
   */
  public record Means(
      Map<String, Double> terms,
      OptionalDouble importance,
      double correction,
      double gradientNorm,
      long skipped) {
    /** The evidence lower bound: log p minus KL. */
    public double bound() {
      return terms.entrySet().stream()
          .mapToDouble(e -> Term.signed(e.getKey(), e.getValue()))
          .sum();
    }
  }

  /** Of these terms, and of the importance-weighted bound if there are several samples. */
  RunningMeans(NDManager parent, List<String> terms, int samples) {
    this.manager = parent.newSubManager();
    this.terms = List.copyOf(terms);
    this.samples = samples;
    this.sums = manager.zeros(new Shape(3 + terms.size() + (samples > 1 ? 1 : 0)));
    NDList views = sums.split(new long[] {2}, 0);
    this.update = views.get(0);
    this.bound = views.get(1);
  }

  /** Where an optimiser adds the norm of a gradient and whether it was skipped, [2]. */
  NDArray update() {
    return update;
  }

  /** Adds a batch. */
  void add(Bound batch, NDArray correction) {
    NDList means = new NDList(correction.mean());
    Term.named(batch.logP(), batch.kl()).values().forEach(term -> means.add(term.mean()));
    if (samples > 1) {
      means.add(batch.importance(samples, 1).mean());
    }
    bound.addi(NDArrays.stack(means).stopGradient());
    steps++;
  }

  /** Reads the means, which waits for the device, and starts anew. */
  public Means take() {
    float[] values = sums.toFloatArray();
    Map<String, Double> means = new LinkedHashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      means.put(terms.get(i), (double) values[3 + i] / steps);
    }
    OptionalDouble importance =
        samples > 1
            ? OptionalDouble.of((double) values[values.length - 1] / steps)
            : OptionalDouble.empty();
    double norm = values[0] / (steps - values[1]);
    Means taken = new Means(means, importance, values[2] / (double) steps, norm, (long) values[1]);
    Upload.fill(sums, new float[values.length]);
    steps = 0;
    return taken;
  }

  /** How many steps were added since the last look. */
  public int steps() {
    return steps;
  }

  /** The sums as they stand, for a checkpoint; text, because JSON lacks NaN. */
  public List<String> sums() {
    List<String> numbers = new ArrayList<>();
    for (float sum : sums.toFloatArray()) {
      numbers.add(Float.toString(sum));
    }
    return numbers;
  }

  /** Goes on with the sums of a checkpoint, to which so many steps added. */
  public void resume(List<String> numbers, int stepsAdded) {
    float[] values = new float[(int) sums.size()];
    if (numbers.size() != values.length) {
      throw new IllegalArgumentException(
          "the checkpoint tallies %d numbers where the model has %d; was a plug-in changed?"
              .formatted(numbers.size(), values.length));
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(numbers.get(i));
    }
    Upload.fill(sums, values);
    steps = stepsAdded;
  }

  @Override
  public void close() {
    manager.close();
  }
}
