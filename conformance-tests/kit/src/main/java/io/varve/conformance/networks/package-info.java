/** The rules N1 to N7. */
package io.varve.conformance.networks;
