package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.varve.spi.Default;
import io.varve.spi.Ops;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;

/**
 * What training maximises: the batch mean of sum log p - beta * sum over latents of max(lambda,
 * KL).
 *
 * @param beta weight of the KL terms over training
 * @param freeBits lambda, nats per latent that cost nothing (Kingma et al., 2016, equation 15)
 */
public record Objective(
    @Default("{type: constant, value: 1}") Schedule beta, @Default("0") double freeBits) {

  /** Refuses a negative lambda, and a beta that starts below zero. */
  public Objective {
    betaAt(beta, new Progress(0, 0));
    if (!(freeBits >= 0)) {
      throw new IllegalArgumentException("'free-bits' must be at least 0, not " + freeBits);
    }
  }

  /**
   * The weight of the KL terms at one point of training.
   *
   * @throws IllegalArgumentException if the schedule gives a negative number
   */
  public double betaAt(Progress progress) {
    return betaAt(beta, progress);
  }

  private static double betaAt(Schedule beta, Progress progress) {
    return Pace.at("beta", beta, progress, Double.MAX_VALUE);
  }

  /** The number to minimise at this point of training: a scalar, nats per image. */
  public NDArray loss(Bound bound, Progress progress) {
    NDArray loss = bound.reconstruction().mean().neg();
    NDArray weight = Ops.constant(loss, betaAt(progress));
    for (NDArray kl : bound.kl().values()) {
      NDArray mean = kl.mean();
      if (freeBits > 0) {
        mean = NDArrays.maximum(mean, Ops.constant(mean, freeBits));
      }
      loss = loss.add(mean.mul(weight));
    }
    return loss;
  }
}
