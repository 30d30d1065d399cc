/** The rules H1 to H6, and X13 for hierarchies. Uses {@code models}. */
package io.varve.conformance.hierarchies;
