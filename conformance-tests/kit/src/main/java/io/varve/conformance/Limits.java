package io.varve.conformance;

import java.time.Duration;

/**
 * What one check may take.
 *
 * @param time how long
 * @param memory resident memory of the whole process in bytes, a third of it for the Java heap; it
 *     is watched on Linux alone, where /proc tells it
 */
public record Limits(Duration time, long memory) {
  private static final long MIB = 1 << 20;
  private static final long LEAST = 512 * MIB;

  /** A minute, and 3 GiB, of which DJL's engine with its libraries takes some 600 MiB. */
  public static final Limits USUAL = new Limits(Duration.ofSeconds(60), 3L << 30);

  /** Refuses what no check can do with. */
  public Limits {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("a check needs time, not " + time.toSeconds() + " s");
    }
    if (memory < LEAST) {
      throw new IllegalArgumentException(
          "a check needs at least 512 MiB of memory, not %d MiB".formatted(memory / MIB));
    }
  }

  /** The Java heap, in MiB. */
  long heap() {
    return memory / 3 / MIB;
  }

  /** The time, as {@code 60 s}. */
  String timeInWords() {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  /** The memory, as {@code 3072 MiB}. */
  String memoryInWords() {
    return memory / MIB + " MiB";
  }
}
