/**
 * What every rule is written with: its annotation, what it is tried on, and how it fails. Uses no
 * other package of the kit.
 */
package io.varve.conformance.rule;
