package io.varve.inference;

import java.nio.charset.StandardCharsets;

/**
 * Noise as a pure function of (seed, stream, row, sample, element): Philox4x32-10 (Salmon, Moraes,
 * Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * <p>There is no state, so a draw depends neither on how rows are batched nor on threads, and it is
 * the same bits on every JVM (IEEE arithmetic, own polynomials). The 64-bit key is {@code
 * mix(mix(seed) ^ fnv1a(stream))}, low word first, with the FNV-1a hash of the stream's UTF-8 name
 * and the finaliser of SplitMix64 (Steele, Lea and Flood 2014) as mix. The counter is (row low, row
 * high, sample, element / 4); the four words of its block serve four successive elements of a row.
 *
 * <p>A uniform is {@code (2 (word >>> 9) + 1) / 2^24}, in the open interval (0, 1). Normals come in
 * pairs by Box and Muller (1958) from words (a, b): radius {@code sqrt(-2 log((a + 1/2) / 2^32))},
 * angle {@code 2 pi b / 2^32}, first its cosine, then its sine; none exceeds 6.8 in size.
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;
  private static final long LOW = 0xFFFFFFFFL;

  /** From the bits of sqrt(1/2) to those of one: added, it carries into the exponent as needed. */
  private static final long BELOW_ONE = 0x00095F619980C433L;

  /** Of 0, 1, 2 and 3 right angles. */
  private static final double[] COSINE = {1, 0, -1, 0};

  /** Blocks whose words are kept at once: small enough to stay in the first-level cache. */
  private static final int BLOCKS = 64;

  private Philox() {}

  /**
   * Fills {@code into} with independent N(0, 1), shape [rows, perRow], row-major.
   *
   * @param seed chooses the noise of a whole run
   * @param stream the name of the noise, such as {@code noise.z1}
   * @param firstRow the index of the first row in its data set or request
   * @param sample the index of the draw, for several draws per row
   * @throws IllegalArgumentException if {@code into} is shorter than rows times perRow, or an
   *     argument is negative
   */
  public static void normal(
      long seed, String stream, long firstRow, int rows, int sample, int perRow, float[] into) {
    fill(new Lane(key(seed, stream), firstRow, sample, perRow), rows, into, Philox::normals);
  }

  /**
   * Fills {@code into} with independent U(0, 1), never 0 or 1, shape [rows, perRow], row-major.
   *
   * @param seed chooses the noise of a whole run
   * @param stream the name of the noise, such as {@code noise.x}
   * @param firstRow the index of the first row in its data set or request
   * @param sample the index of the draw, for several draws per row
   * @throws IllegalArgumentException if {@code into} is shorter than rows times perRow, or an
   *     argument is negative
   */
  public static void uniform(
      long seed, String stream, long firstRow, int rows, int sample, int perRow, float[] into) {
    fill(new Lane(key(seed, stream), firstRow, sample, perRow), rows, into, Philox::uniforms);
  }

  private record Lane(long key, long firstRow, int sample, int perRow) {}

  /** Turns whole blocks of words into as many floats. */
  private interface Law {
    void map(int[] words, int count, float[] into);
  }

  private static void fill(Lane lane, int rows, float[] into, Law law) {
    long size = (long) rows * lane.perRow();
    if (rows < 0 || lane.perRow() < 0 || lane.firstRow() < 0 || lane.sample() < 0) {
      throw new IllegalArgumentException(
          "noise: rows %d, perRow %d, firstRow %d, sample %d; expected none below 0"
              .formatted(rows, lane.perRow(), lane.firstRow(), lane.sample()));
    }
    if (into.length < size) {
      throw new IllegalArgumentException(
          "noise: room for " + into.length + " numbers, expected at least " + size);
    }
    for (int row = 0; row < rows; row++) {
      fillRow(lane, row, into, law);
    }
  }

  private static void fillRow(Lane lane, int row, float[] into, Law law) {
    int[] words = new int[4 * BLOCKS];
    float[] floats = new float[4 * BLOCKS];
    for (int done = 0; done < lane.perRow(); done += words.length) {
      int count = Math.min(words.length, lane.perRow() - done);
      int blocks = (count + 3) / 4;
      for (int block = 0; block < blocks; block++) {
        long index = lane.firstRow() + row;
        block(
            lane.key(), index, (lane.sample() & LOW) | (done / 4L + block) << 32, words, 4 * block);
      }
      law.map(words, 4 * blocks, floats);
      System.arraycopy(floats, 0, into, row * lane.perRow() + done, count);
    }
  }

  /** One block: counter and key as pairs of words, low word first; four words at {@code at}. */
  static void block(long key, long counterLow, long counterHigh, int[] words, int at) {
    int c0 = (int) counterLow;
    int c1 = (int) (counterLow >>> 32);
    int c2 = (int) counterHigh;
    int c3 = (int) (counterHigh >>> 32);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c0 & LOW);
      long p1 = MULTIPLIER_1 * (c2 & LOW);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[at] = c0;
    words[at + 1] = c1;
    words[at + 2] = c2;
    words[at + 3] = c3;
  }

  private static long key(long seed, String stream) {
    long hash = 0xCBF29CE484222325L;
    for (byte octet : stream.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xFF)) * 0x100000001B3L;
    }
    return mix(mix(seed) ^ hash);
  }

  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static void uniforms(int[] words, int count, float[] into) {
    for (int i = 0; i < count; i++) {
      into[i] = (2 * (words[i] >>> 9) + 1) * 0x1p-24f;
    }
  }

  /** Loops over arrays, so that the compiler turns the polynomials into vector instructions. */
  private static void normals(int[] words, int count, float[] into) {
    int pairs = count / 2;
    double[] exponent = new double[pairs];
    double[] radius = new double[pairs];
    double[] angle = new double[pairs];
    double[] sine = new double[pairs];
    double[] cosine = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      double u = ((words[2 * i] & LOW) + 0.5) * 0x1p-32;
      long bits = Double.doubleToRawLongBits(u);
      long power = ((bits + BELOW_ONE) >> 52) - 1023;
      exponent[i] = power;
      radius[i] = Double.longBitsToDouble(bits - (power << 52));
      // The angle is quarter * pi/2 + rest with the rest in [-pi/4, pi/4), both exact.
      int word = words[2 * i + 1];
      angle[i] = (word - (quarter(word) << 30)) * (Math.PI * 0x1p-31);
    }
    for (int i = 0; i < pairs; i++) {
      radius[i] = Math.sqrt(-2 * log(exponent[i], radius[i]));
    }
    for (int i = 0; i < pairs; i++) {
      sine[i] = radius[i] * sine(angle[i]);
    }
    for (int i = 0; i < pairs; i++) {
      cosine[i] = radius[i] * cosine(angle[i]);
    }
    for (int i = 0; i < pairs; i++) {
      // Turning by the quarter with 0 and 1 is exact and spares branches nobody could predict.
      int quarter = quarter(words[2 * i + 1]);
      double across = COSINE[quarter & 3];
      double up = COSINE[(quarter - 1) & 3];
      into[2 * i] = (float) (cosine[i] * across - sine[i] * up);
      into[2 * i + 1] = (float) (sine[i] * across + cosine[i] * up);
    }
  }

  private static int quarter(int word) {
    return (word + 0x20000000) >>> 30;
  }

  /** log(m 2^exponent) by 2 artanh((m - 1) / (m + 1)), m in [sqrt(1/2), sqrt 2); to 1e-10. */
  static double log(double exponent, double m) {
    double s = (m - 1) / (m + 1);
    double t = s * s;
    double series = t * (1 / 7. + t * (1 / 9. + t * (1 / 11.)));
    series = s * (1 + t * (1 / 3. + t * (1 / 5. + series)));
    return exponent * 0.6931471805599453 + 2 * series;
  }

  /** Taylor's series to x^11; error below 1e-11 for |x| up to pi/4. */
  static double sine(double x) {
    double t = x * x;
    double series = t * (1 / 362880. - t * (1 / 39916800.));
    return x * (1 - t * (1 / 6. - t * (1 / 120. - t * (1 / 5040. - series))));
  }

  /** Taylor's series to x^12; error below 1e-12 for |x| up to pi/4. */
  static double cosine(double x) {
    double t = x * x;
    double series = t * (1 / 3628800. - t * (1 / 479001600.));
    return 1 - t * (1 / 2. - t * (1 / 24. - t * (1 / 720. - t * (1 / 40320. - series))));
  }
}
