package io.varve.app.measure;

import io.varve.app.bundle.BundleData;
import io.varve.inference.ActiveUnits;
import io.varve.inference.Bundle;
import io.varve.inference.Score;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Scores many images with a bundle, a block at a time. */
final class BundleScores {
  private static final int BLOCK = 1024;

  private final Bundle bundle;
  private final Split split;
  private final Evaluator.Settings plan;

  /** Will score a split, in chunks as the bundle was opened with. */
  BundleScores(Bundle bundle, Split split, Evaluator.Settings plan) {
    this.bundle = bundle;
    this.split = split;
    this.plan = plan;
  }

  /** The bound of every image, its terms, and the importance bound if asked for. */
  Scores scores() {
    Map<String, float[]> terms = new LinkedHashMap<>();
    float[] correction = new float[split.size()];
    long start = System.nanoTime();
    blocks(
        split,
        (images, from) -> {
          Score score = bundle.score(images, plan.seed(), from);
          score
              .terms()
              .forEach(
                  (name, values) ->
                      put(terms.computeIfAbsent(name, n -> new float[split.size()]), from, values));
          put(correction, from, corrections(score));
        });
    double seconds = (System.nanoTime() - start) * 1e-9;
    Optional<Scores.ImportanceBounds> importance =
        plan.samples() > 0 ? Optional.of(importance()) : Optional.empty();
    return new Scores(terms, correction, importance, split.imageBytes(), seconds);
  }

  private Scores.ImportanceBounds importance() {
    Split few = split.first(plan.weighted());
    float[] bound = new float[few.size()];
    blocks(
        few,
        (images, from) -> {
          double[] nats = bundle.importanceBound(images, plan.samples(), plan.seed(), from);
          for (int i = 0; i < nats.length; i++) {
            bound[from + i] = (float) nats[i];
          }
        });
    return new Scores.ImportanceBounds(plan.samples(), bound);
  }

  /** The active units of each latent; none where the bundle has no graph {@code infer}. */
  Map<String, ActiveUnits.Count> activeUnits() {
    ActiveUnits units = new ActiveUnits();
    if (bundle.manifest().graphs().containsKey("infer")) {
      blocks(split, (images, from) -> bundle.addTo(units, images, plan.seed(), from));
    }
    return units.counts();
  }

  /** The log-density of the stored bytes minus that of x, which the bits include. */
  private float[] corrections(Score score) {
    float[] corrections = new float[score.bound().length];
    for (int i = 0; i < corrections.length; i++) {
      double nats = -score.bitsPerDim()[i] * split.imageBytes() * Math.log(2);
      corrections[i] = (float) (nats - score.bound()[i]);
    }
    return corrections;
  }

  private static void put(float[] all, int from, float[] values) {
    System.arraycopy(values, 0, all, from, values.length);
  }

  private interface Block {
    void measure(byte[] images, int from);
  }

  private static void blocks(Split split, Block each) {
    for (int from = 0; from < split.size(); from += BLOCK) {
      int to = Math.min(split.size(), from + BLOCK);
      each.measure(BundleData.read(split, from, to), from);
    }
  }
}
