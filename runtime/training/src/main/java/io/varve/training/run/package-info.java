/** The folder of a run, and the trained model in it. */
package io.varve.training.run;
