/** The training loop: steps, epochs, and when to measure, evaluate and save. */
package io.varve.training.loop;
