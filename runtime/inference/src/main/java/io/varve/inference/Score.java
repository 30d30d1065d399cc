package io.varve.inference;

import java.util.Map;

/**
 * What a model says about images, one number per image.
 *
 * @param bound a lower bound of log p(x), nats
 * @param bitsPerDim the same in bits per dimension of the image, which counts down
 * @param terms what the bound is made of, nats: {@code log_p.NODE} and {@code kl.NODE}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared or hashed
public record Score(float[] bound, float[] bitsPerDim, Map<String, float[]> terms) {}
