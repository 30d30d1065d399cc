package io.varve.model.guard;

/**
 * Marks the parameter store of a model's first pass. In that pass guards also check that components
 * leave their arguments unchanged, which would cost too much in every pass.
 */
public interface FirstParameters {}
