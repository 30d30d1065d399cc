/** A data set in memory or on disk: images by index, their order in an epoch, their density. */
package io.varve.training.data.set;
