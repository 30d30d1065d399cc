package io.varve.inference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How likely images are under a model, one number per image.
 *
 * @param bound a lower bound of log p(x), nats
 * @param bitsPerDim the same in bits per dimension of the image; fewer are better
 * @param terms what the bound is made of, nats: {@code log_p.NODE} and {@code kl.NODE}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared or hashed
public record Score(float[] bound, float[] bitsPerDim, Map<String, float[]> terms) {
  /** Takes the outputs of the graph {@code bound}. */
  static Score of(Map<String, Tensor> outputs) {
    Map<String, float[]> terms = new LinkedHashMap<>();
    outputs.forEach((name, tensor) -> terms.put(name, tensor.values()));
    float[] bound = terms.remove("bound");
    float[] bitsPerDim = terms.remove("bits_per_dim");
    return new Score(bound, bitsPerDim, Collections.unmodifiableMap(terms));
  }
}
