package io.varve.model.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.varve.model.Bound;
import io.varve.model.Model;
import io.varve.model.Run;
import io.varve.model.guard.Schedules;
import io.varve.spi.Default;
import io.varve.spi.Node;
import io.varve.spi.Ops;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.Map;

/**
 * What training maximises: the batch mean of sum log p - beta * sum over latents of max(lambda,
 * KL), or of the log of the mean of K importance weights.
 *
 * @param beta weight of the KL terms over training; of K weights, the power of p(z) / q(z | x)
 * @param freeBits lambda, nats per latent that cost nothing
 * @param importanceSamples K draws an image (Burda et al., 2016, equation 8); with 1 draw the
 *     evidence lower bound, whose KL is taken in closed form where it is known
 */
public record Objective(
    @Default("{type: constant, value: 1}") Schedule beta,
    @Default("0") FreeBits freeBits,
    @Default("1") int importanceSamples) {

  /** Refuses a beta that starts below zero, no draws, and free bits of importance weights. */
  public Objective {
    Schedules.at("beta", beta, new Progress(0, 0), Double.MAX_VALUE);
    if (importanceSamples < 1) {
      throw new IllegalArgumentException(
          "'importance-samples' must be at least 1, not " + importanceSamples);
    }
    if (importanceSamples > 1 && !freeBits.isNone()) {
      throw new IllegalArgumentException(
          "'free-bits' has no place beside 'importance-samples' of %d: a weight has no KL of its own; leave one of them out"
              .formatted(importanceSamples));
    }
  }

  /**
   * The weight of the KL terms at one point of training.
   *
   * @throws IllegalArgumentException if the schedule gives a negative number
   */
  public double betaAt(Progress progress) {
    return Schedules.at("beta", beta, progress, Double.MAX_VALUE);
  }

  /**
   * Refuses a model whose latents are not those of the keys.
   *
   * @throws IllegalArgumentException one line: the name, and the latents there are
   */
  public void require(Model model) {
    freeBits.require(
        model.nodes().stream().filter(Node.Latent.class::isInstance).map(Node::name).toList());
  }

  /**
   * The terms that {@link #loss} weighs.
   *
   * @param run whose noise has {@link #importanceSamples} rows for every row of x
   * @param x [B, x]
   */
  public Bound bound(Model model, Run run, NDArray x) {
    return importanceSamples == 1
        ? model.bound(run, x)
        : model.importanceTerms(importanceSamples, run, x);
  }

  /** What training maximises, in a few words. */
  public String words() {
    if (importanceSamples > 1) {
      return "importance-weighted bound by " + importanceSamples + " draws an image";
    }
    return freeBits.isNone() ? "evidence lower bound" : "evidence lower bound with free bits";
  }

  /** The number to minimise at this point of training: a scalar, nats per image. */
  public NDArray loss(Bound bound, Progress progress) {
    if (importanceSamples > 1) {
      return bound.importance(importanceSamples, betaAt(progress)).mean().neg();
    }
    NDArray loss = bound.reconstruction().mean().neg();
    NDArray weight = Ops.constant(loss, betaAt(progress));
    for (Map.Entry<String, NDArray> kl : bound.kl().entrySet()) {
      NDArray mean = kl.getValue().mean();
      double lambda = freeBits.lambda(kl.getKey());
      if (lambda > 0) {
        mean = NDArrays.maximum(mean, Ops.constant(mean, lambda));
      }
      loss = loss.add(mean.mul(weight));
    }
    return loss;
  }
}
