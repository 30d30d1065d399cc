package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.varve.spi.Ops;
import java.util.Collection;
import java.util.Map;

/**
 * The evidence lower bound of a batch, node by node; every array is nats, shape [B].
 *
 * @param logP by data variable, observed or derived: log p(v | given)
 * @param kl by latent: KL(q ‖ p). It is a one-sample estimate where no closed form is known, or
 *     where p reads what q drew given the latent itself, as a closed form is wrong there. Where p
 *     and q read nothing it may be [1]
 * @param sampled log q and log p of the draw, by latent whose KL is estimated: it is their
 *     difference
 */
public record Bound(
    Map<String, NDArray> logP, Map<String, NDArray> kl, Map<String, NDList> sampled) {
  /** The sum of log p minus the sum of KL: a lower bound of log p(x) in expectation, [B]. */
  public NDArray total() {
    NDArray reconstruction = sum(logP.values());
    return kl.isEmpty() ? reconstruction : reconstruction.sub(sum(kl.values()));
  }

  /** The sum of log p over the data variables, [B]. */
  public NDArray reconstruction() {
    return sum(logP.values());
  }

  /**
   * log of the mean over draws of p(x | z) (p(z) / q(z | x))^beta, [B], where this holds the terms
   * of {@link Model#importanceTerms}. With a beta of 1 the importance-weighted bound (Burda et al.,
   * 2016, equation 8). With a smaller beta the KL counts for less, as in the evidence lower bound.
   *
   * @param samples how many draws of every image are laid along the batch
   * @param beta at least 0
   */
  public NDArray importance(int samples, double beta) {
    NDArray weight = reconstruction();
    if (!kl.isEmpty()) {
      NDArray all = sum(kl.values());
      weight = weight.sub(all.mul(Ops.constant(all, beta)));
    }
    NDArray log = Ops.logSumExp(weight.reshape(samples, -1), 0);
    return log.sub(Ops.constant(log, Math.log(samples)));
  }

  private static NDArray sum(Collection<NDArray> arrays) {
    return arrays.stream().reduce(NDArray::add).orElseThrow();
  }
}
