/**
 * Bijectors: {@code maf}, {@code spline}, {@code realnvp}, {@code rank1-affine}, {@code inverse},
 * {@code batch-norm}, {@code logit} and {@code permutation}.
 */
package io.varve.bijectors;
