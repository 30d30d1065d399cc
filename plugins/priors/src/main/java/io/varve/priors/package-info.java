/**
 * Families over real-valued latents: {@code normal}, {@code standard-normal}, {@code rank1-normal},
 * {@code mixture}.
 */
package io.varve.priors;
