/**
 * What training maximises, over the bound of a model. May use every package but {@code weights}.
 */
package io.varve.model.objective;
