package io.varve.spi;

/**
 * A family over a continuous latent, used on both sides: as p and as q.
 *
 * <p>A record that is also a family over data implements both this and {@link Likelihood}; names
 * are unique over all families.
 */
public non-sealed interface Prior extends Family {
  /** Whether gradients flow through draws; a family whose draws are not serves as p only. */
  default boolean reparameterised() {
    return true;
  }
}
