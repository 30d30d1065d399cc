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
 * @param terms named parts in nats per event, in the order of the model's nodes: {@code kl.NODE}
 *     counts against the bound, every other name ({@code log_p.NODE}) for it
 * @param importance the importance-weighted bound, mean nats per event, where training maximises it
 */
public record BoundScore(
    double bound, double bitsPerDim, Map<String, Double> terms, OptionalDouble importance) {
  /** The prefix of a Kullback-Leibler term's name; the node's name follows. */
  public static final String KL = "kl.";

  /** Copies the terms, keeping their order. */
  public BoundScore {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /** Without an importance-weighted bound. */
  public BoundScore(double bound, double bitsPerDim, Map<String, Double> terms) {
    this(bound, bitsPerDim, terms, OptionalDouble.empty());
  }
}
