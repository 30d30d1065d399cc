/** Fixed maps from data to coarser data: {@code quantize} and {@code greyscale}. */
package io.varve.transforms;
