/** Rule X13: small models with a component in them, put to all their uses. Uses the kinds. */
package io.varve.conformance.models;
