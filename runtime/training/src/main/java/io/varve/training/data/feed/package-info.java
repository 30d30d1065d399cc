/** Hands the batches of an epoch to a device, read ahead where they do not fit it. */
package io.varve.training.data.feed;
