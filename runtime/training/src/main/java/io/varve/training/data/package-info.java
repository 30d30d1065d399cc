/**
 * The keys of {@code data} in a model file: where images come from, and random changes to them.
 * Only {@link io.varve.training.data.Augmentation} knows arrays; the rest is plain Java.
 */
package io.varve.training.data;
