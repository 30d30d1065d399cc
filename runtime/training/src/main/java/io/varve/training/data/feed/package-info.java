/** Hands batches to a device. */
package io.varve.training.data.feed;
