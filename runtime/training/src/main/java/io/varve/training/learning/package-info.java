/** A model that learns, one step at a time. */
package io.varve.training.learning;
