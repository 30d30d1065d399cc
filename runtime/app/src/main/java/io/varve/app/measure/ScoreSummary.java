package io.varve.app.measure;

import io.varve.app.option.Output;
import io.varve.inference.bundle.Term;
import io.varve.report.metrics.Divergence;
import io.varve.report.metrics.Estimate;
import io.varve.training.evaluation.Scores;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The means of an evaluation as results, under the names that every command prints. */
public final class ScoreSummary {
  private final Map<String, Object> results = new LinkedHashMap<>();
  private final Map<String, Double> errors = new LinkedHashMap<>();

  private ScoreSummary() {}

  /** The results of an evaluation: a new map, which may be added to. */
  public static Map<String, Object> of(Scores scores) {
    return of(scores, Optional.empty());
  }

  /** The results, and how far the model is from the density of its data where that is known. */
  static Map<String, Object> of(Scores scores, Optional<Divergence> divergence) {
    ScoreSummary summary = new ScoreSummary();
    summary.add(scores);
    divergence.ifPresent(summary::add);
    return summary.results;
  }

  private void add(Scores scores) {
    put("bound", scores.boundMean());
    scores.importanceMean().ifPresent(mean -> put("importance_bound", mean));
    put("bits_per_dim", scores.bitsMean());
    scores.importanceBits().ifPresent(mean -> put("importance_bits_per_dim", mean));
    results.put("reconstruction", scores.reconstruction());
    scores.means().keySet().forEach(term -> errors.put(term, scores.termMean(term).error()));
    results.put("log_p", Term.byVariable(scores.means(), false));
    results.put("kl", scores.kl());
    results.put("term_bits_per_dim", scores.termBits());
    errors.values().removeIf(error -> error.isNaN());
    results.put(Output.ERRORS, errors);
    scores
        .importance()
        .ifPresent(
            i -> {
              results.put("importance_samples", i.samples());
              results.put("importance_images", i.images());
            });
    results.put("images", scores.images());
    results.put("images_per_second", scores.imagesPerSecond());
  }

  private void add(Divergence divergence) {
    results.put("entropy_bits", divergence.entropy());
    put("cross_entropy_bits", divergence.crossEntropy());
    put("kl_bits", divergence.kl());
  }

  private void put(String name, Estimate mean) {
    results.put(name, mean.value());
    errors.put(name, mean.error());
  }
}
