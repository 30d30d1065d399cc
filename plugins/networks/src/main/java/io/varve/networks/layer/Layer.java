package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;

/** A part of a block, from images [B, C, H, W] to images. */
public interface Layer {
  /** The images [B, C', H', W'] that it makes of x [B, C, H, W]. */
  NDArray apply(Reading reading, NDArray x);
}
