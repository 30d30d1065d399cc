/**
 * The rules X1 to X12 on array code, and what all kinds are tried with: probes, rows by seed,
 * spaces. Uses {@code rule}.
 */
package io.varve.conformance.arrays;
