/** Pictures as PNG: grids of images and squares of the plane. */
package io.varve.report.picture;
