/** The rules B1 to B8. */
package io.varve.conformance.bijectors;
