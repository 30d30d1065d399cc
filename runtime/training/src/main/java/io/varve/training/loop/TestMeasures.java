package io.varve.training.loop;

import io.varve.inference.ActiveUnits;
import io.varve.training.Experiment;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import java.util.Map;

/**
 * What the test images say of the weights that are being trained.
 *
 * @param test the images, limited as the model file says
 */
record TestMeasures(Evaluator evaluator, Split test, Experiment experiment) {
  /** The bound and its terms. */
  Scores scores() {
    return evaluator.evaluate(test, settings(0));
  }

  /** The same with the importance-weighted bound, where the model file asks for it. */
  Scores finalScores() {
    return evaluator.evaluate(test, settings(experiment.evaluation().importanceSamples()));
  }

  /** The active units of each latent. */
  Map<String, ActiveUnits.Count> activeUnits() {
    return evaluator.activeUnits(test, settings(0));
  }

  private Evaluator.Settings settings(int samples) {
    Experiment.Evaluation keys = experiment.evaluation();
    int weighted = keys.importanceImages().orElse(Integer.MAX_VALUE);
    return new Evaluator.Settings(samples, keys.batch(), experiment.training().seed(), weighted);
  }
}
