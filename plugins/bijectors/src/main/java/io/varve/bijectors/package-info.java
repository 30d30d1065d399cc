/** Bijectors: {@code rank1-affine}, {@code realnvp}, {@code maf} and {@code inverse}. */
package io.varve.bijectors;
