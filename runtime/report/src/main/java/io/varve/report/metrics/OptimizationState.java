package io.varve.report.metrics;

/**
 * The state of the optimisation when a point was measured. One component a key of the line in
 * {@code metrics.jsonl}, hence six.
 *
 * @param beta the weight of the KL terms in the objective
 * @param rate the learning rate
 * @param gradientNorm the global norm before clipping; NaN where none was measured
 * @param skipped updates left out since the first step because of a spike or NaN
 * @param imagesPerSecond of training, since the point of the training images before
 * @param seconds time since the first step, pauses between runs left out
 */
public record OptimizationState(
    double beta,
    double rate,
    double gradientNorm,
    long skipped,
    double imagesPerSecond,
    double seconds) {}
