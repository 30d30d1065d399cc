/** Hierarchies: {@code graph}, the nodes written out. */
package io.varve.hierarchies;
