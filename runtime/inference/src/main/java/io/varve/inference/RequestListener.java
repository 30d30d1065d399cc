package io.varve.inference;

import java.util.Optional;

/**
 * Is told of every graph that was run for a request, for the metrics of a service. A request that
 * needs two graphs, such as {@link Bundle#reconstruct}, is told of twice. It is called on the
 * request's thread after the request has let go of the bundle; many threads may call it at a time.
 */
@FunctionalInterface
public interface RequestListener {
  /** Tells nobody. */
  RequestListener NONE = answer -> {};

  /** A graph was run, or the request failed or was stopped before it was done. */
  void answered(Answer answer);

  /**
   * What happened.
   *
   * @param graph the graph's name in the manifest
   * @param rows how many rows were computed, samples counted each. They count a whole chunk at a
   *     time ({@link InferenceOptions#chunk}): a request that failed or was stopped in its first
   *     chunk has 0, whatever it has cost
   * @param nanos from the start of the request to its end, nanoseconds
   * @param failure what the caller gets in place of a result; for a request that was stopped, a
   *     {@link io.varve.inference.onnxruntime.RequestStoppedException}
   */
  record Answer(String graph, long rows, long nanos, Optional<RuntimeException> failure) {}
}
