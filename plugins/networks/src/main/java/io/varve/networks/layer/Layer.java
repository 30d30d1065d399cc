package io.varve.networks.layer;

import ai.djl.ndarray.NDArray;

/** A part of a block, from images [B, C, H, W] to images. */
public interface Layer {
  NDArray apply(Reading reading, NDArray x);
}
