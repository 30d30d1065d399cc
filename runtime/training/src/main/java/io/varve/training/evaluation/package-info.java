/** Measures a model on images, and draws from it. */
package io.varve.training.evaluation;
