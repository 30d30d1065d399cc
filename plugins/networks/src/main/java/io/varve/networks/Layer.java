package io.varve.networks;

import ai.djl.ndarray.NDArray;

/** A part of a block, from images [B, C, H, W] to images. */
interface Layer {
  NDArray apply(Reading reading, NDArray x);
}
