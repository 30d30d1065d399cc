package io.varve.report.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The bound and what it is made of.
 *
 * @param bound the evidence lower bound, mean nats per event; NaN and infinities are kept
 * @param bitsPerDim the same in bits per dimension of the data, lower is better
 * @param terms named parts in nats per event, in the order of the model's nodes, under the names of
 *     {@link io.varve.inference.bundle.Term}
 * @param importance the importance-weighted bound, mean nats per event, where training maximises it
 */
public record BoundScore(
    double bound, double bitsPerDim, Map<String, Double> terms, OptionalDouble importance) {
  /** Copies the terms, keeping their order. */
  public BoundScore {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /** Without an importance-weighted bound. */
  public BoundScore(double bound, double bitsPerDim, Map<String, Double> terms) {
    this(bound, bitsPerDim, terms, OptionalDouble.empty());
  }
}
