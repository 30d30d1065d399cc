/**
 * Fixed maps from data to coarser data: {@code bicubic}, {@code gaussian-blur}, {@code greyscale},
 * {@code quantize} and {@code sketch}.
 */
package io.varve.transforms;
