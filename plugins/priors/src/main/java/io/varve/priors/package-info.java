/** Families over real-valued latents: {@code normal}, {@code standard-normal}, {@code mixture}. */
package io.varve.priors;
