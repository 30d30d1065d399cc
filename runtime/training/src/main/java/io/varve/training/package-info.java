/**
 * Trains, evaluates and keeps the models of {@code io.varve.model}: the loop, the optimisers,
 * checkpoints and the folder of a run.
 */
package io.varve.training;
