/** Bijectors: {@code rank1-affine} and {@code inverse}. */
package io.varve.bijectors;
