/** Families over data on a grid: {@code bernoulli} and {@code discretized-logistic}. */
package io.varve.likelihoods;
