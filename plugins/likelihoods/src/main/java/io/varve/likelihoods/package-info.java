/**
 * Families over data on a grid: {@code bernoulli}, {@code discretized-logistic} and {@code
 * discretized-logistic-mixture}.
 */
package io.varve.likelihoods;
