package io.varve.spi;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * A distribution over one event, batched: events are [B, event], log-densities [B] in nats.
 *
 * <p>What depends on parameters alone ({@link #mode}, {@link #mean}, {@link #kl}) has one row where
 * the parameters have one: to ask whether B is 1 is what no exported graph can do.
 */
public interface Distribution {
  /** Samples and scores in one go, so a flow never inverts what it just computed. */
  Draw draw();

  /** log p(value). Data off the support scores -inf; NaN is a bug. */
  NDArray logProb(NDArray value);

  /**
   * A single representative event on the support, e.g. for a reconstruction, shape [B or 1, event].
   */
  NDArray mode();

  /** The expected event, to look at: real-valued, so off the grid where data are discrete. */
  default NDArray mean() {
    return mode();
  }

  /** KL(this ‖ other), shape [B or 1], where a closed form is known. */
  default Optional<NDArray> kl(Distribution other) {
    return Optional.empty();
  }
}
