package io.varve.training.data.set;

import java.util.SplittableRandom;

/**
 * Random numbers that are a pure function of their keys, the same on every machine and JDK.
 *
 * <p>Only {@link SplittableRandom#nextLong} is used (SplitMix64: Steele, Lea and Flood, 2014); how
 * the JDK derives other distributions from it is not part of its contract.
 */
public final class KeyedRandom {
  private final SplittableRandom bits;

  private KeyedRandom(long seed) {
    bits = new SplittableRandom(seed);
  }

  /** The stream of these keys; each key is mixed in, so that neighbouring keys are unrelated. */
  public static KeyedRandom of(long... keys) {
    long seed = 0;
    for (long key : keys) {
      seed = new SplittableRandom(seed ^ key).nextLong();
    }
    return new KeyedRandom(seed);
  }

  /** Uniform over 0, ..., bound - 1, off by less than bound / 2^32 in probability. */
  public int below(int bound) {
    return (int) (((bits.nextLong() >>> 32) * bound) >>> 32);
  }

  /** Uniform over [0, 1). */
  public double unit() {
    return (bits.nextLong() >>> 11) * 0x1p-53;
  }

  /** Uniform over [low, high). */
  public double between(double low, double high) {
    return low + (high - low) * unit();
  }

  /** Bell-shaped with mean 0 and this standard deviation, bounded by 3.5 of them (Irwin-Hall). */
  public double bell(double deviation) {
    return (unit() + unit() + unit() + unit() - 2) * deviation * Math.sqrt(3);
  }
}
