package io.varve.networks.layer;

/** What a layer does to the sides of an image. */
public enum Scale {
  /** Halves them, rounding up. */
  DOWN,
  /** Keeps them. */
  KEEP,
  /** Doubles them. */
  UP
}
