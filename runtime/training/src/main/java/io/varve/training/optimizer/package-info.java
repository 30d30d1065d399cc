/** The keys of {@code training}: how a gradient moves the weights, and the code that does it. */
package io.varve.training.optimizer;
