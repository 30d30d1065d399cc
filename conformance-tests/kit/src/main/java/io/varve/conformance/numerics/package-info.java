/** Quadrature, thresholds of statistics and determinants, on plain numbers. Uses {@code rule}. */
package io.varve.conformance.numerics;
