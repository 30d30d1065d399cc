package io.varve.spi;

/**
 * A family over data. If discrete, its masses sum to one over the data grid and draws lie on it.
 */
public non-sealed interface Likelihood extends Family {}
