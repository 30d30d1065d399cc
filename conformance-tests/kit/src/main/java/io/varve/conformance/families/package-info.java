/** The rules P1 to P11 and L2 to L7, for priors and likelihoods. */
package io.varve.conformance.families;
