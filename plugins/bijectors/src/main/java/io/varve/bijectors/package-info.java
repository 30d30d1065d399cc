/** Bijectors: {@code rank1-affine}, {@code realnvp} and {@code inverse}. */
package io.varve.bijectors;
