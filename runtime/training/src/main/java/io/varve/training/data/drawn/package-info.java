/** Data that are drawn here: handwriting, and densities of the plane. */
package io.varve.training.data.drawn;
