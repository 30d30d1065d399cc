package io.varve.training.engine;

/** Seeds of the engine: for the initial weights, for what they take from data, for every step. */
public final class Seeds {
  /** Stands where a step's number does. */
  public static final long WEIGHTS = -1;

  /** Likewise, for the pass that sets starting values from the first batch. */
  public static final long FIRST_BATCH = -2;

  private Seeds() {}

  /**
   * A seed, at least 0, that depends on both keys alone (SplitMix64's finaliser: Steele, Lea,
   * Flood, 2014).
   */
  public static int of(long seed, long step) {
    return (int) (mix(mix(seed) ^ step) >>> 33);
  }

  private static long mix(long key) {
    long z = key + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
