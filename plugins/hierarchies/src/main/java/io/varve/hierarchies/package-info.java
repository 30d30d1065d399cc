/** Hierarchies: {@code graph}, the nodes written out, and {@code selfvae}. */
package io.varve.hierarchies;
