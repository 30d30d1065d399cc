/** Commands that draw pictures with a bundle: generate, reconstruct, interpolate and others. */
package io.varve.app.bundle;
