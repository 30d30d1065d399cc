/** A model that learns: one step, and the means over steps. */
package io.varve.training.learning;
