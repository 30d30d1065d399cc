/**
 * Data sets: sources that read or draw uint8 images, the order of an epoch, and the feed that hands
 * batches to a device. Only {@link io.varve.training.data.feed.Feed} and {@link
 * io.varve.training.data.feed.Augment} know arrays; the rest is plain Java.
 */
package io.varve.training.data;
