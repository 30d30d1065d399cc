/** What training maximises, over the bound of a model. */
package io.varve.model.objective;
