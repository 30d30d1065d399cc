/** The parameters of a model as one flat vector, from the first pass on. */
package io.varve.model.weights;
