/** Checkpoints: the state of training as files that survive a crash whole. */
package io.varve.training.checkpoint;
