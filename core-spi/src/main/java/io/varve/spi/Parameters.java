package io.varve.spi;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

/**
 * One parameter array a family needs per event, batch excluded, and how it starts where it is a
 * learned constant.
 */
public record Parameters(Shape shape, Initializer start) {}
