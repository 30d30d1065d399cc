package io.varve.report.metrics;

/**
 * One measurement during training: a line of {@code metrics.jsonl}.
 *
 * @param step optimiser steps done
 * @param epoch passes over the training data, fractional within one
 * @param split what it was measured on
 * @param score the bound and its terms
 * @param state the state of the optimisation
 */
public record Point(
    long step, double epoch, DataPart split, BoundScore score, OptimizationState state) {}
