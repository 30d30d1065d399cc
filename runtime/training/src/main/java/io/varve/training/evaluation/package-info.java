/** Measures a model. */
package io.varve.training.evaluation;
