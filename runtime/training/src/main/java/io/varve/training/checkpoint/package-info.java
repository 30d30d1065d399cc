/** The state of a run as files. */
package io.varve.training.checkpoint;
