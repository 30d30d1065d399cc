/**
 * The parameters of a model as one flat vector, from the first pass on. May use every package of
 * the module.
 */
package io.varve.model.weights;
