package io.varve.report.metrics;

import java.util.Arrays;

/**
 * How far a model is from the density that its data are drawn from, where that is known; all in
 * bits of one stored event.
 *
 * @param entropy of the density, exact: what no model gets below
 * @param crossEntropy what the model needs, a mean over events
 * @param kl the Kullback-Leibler divergence of the model from the density, estimated on the same
 *     events as the mean of what the model needs more than the density; chance moves it far less
 *     than the cross-entropy. With latents or uniform noise on the data, a bound from above.
 */
public record Divergence(double entropy, Estimate crossEntropy, Estimate kl) {
  /**
   * Of these log-masses, nats of stored events drawn from the density.
   *
   * @param entropy of the density, nats
   * @param density log-mass of each event by the density
   * @param model the same by the model, or a lower bound of it
   */
  public static Divergence of(double entropy, double[] density, double[] model) {
    double[] needed = Arrays.stream(model).map(nats -> bits(-nats)).toArray();
    double[] more = new double[model.length];
    Arrays.setAll(more, i -> bits(density[i] - model[i]));
    return new Divergence(bits(entropy), Estimate.of(needed), Estimate.of(more));
  }

  private static double bits(double nats) {
    return nats / Math.log(2);
  }
}
