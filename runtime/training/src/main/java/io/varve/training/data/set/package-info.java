/** Images in memory or on disk, addressed by index, and the order in which they are visited. */
package io.varve.training.data.set;
