/** How a gradient moves the weights. */
package io.varve.training.optimizer;
