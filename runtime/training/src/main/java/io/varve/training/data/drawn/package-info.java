/** Data that are drawn here and need no files: handwriting, and densities of the plane. */
package io.varve.training.data.drawn;
