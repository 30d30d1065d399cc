/** The Fréchet distance between two sets of images, in the features of a given network. */
package io.varve.training.fid;
