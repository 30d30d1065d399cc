/**
 * Hierarchies: {@code graph}, the nodes written out, {@code selfvae}, {@code sere} and {@code
 * ladder}.
 */
package io.varve.hierarchies;
