package io.varve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  private static final int ROWS = 500;
  private static final int PER_ROW = 1001;
  private static final int COUNT = ROWS * PER_ROW;

  /** Five standard errors of a mean of COUNT independent terms of unit variance. */
  private static final double FIVE_SIGMA = 5 / Math.sqrt(COUNT);

  @Test
  void reproducesThePublishedVectors() {
    // The philox4x32-10 lines of the known-answer file of Random123 (Salmon et al. 2011).
    assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(block(0x299f31d0a4093822L, 0x85a308d3243f6a88L, 0x0370734413198a2eL))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void keepsItsPromiseToOldSeeds() {
    // Frozen: changing any of these changes every picture drawn from a seed.
    assertThat(normals(7, "noise.z", 3, 1, 0, 5)).containsExactly(FROZEN_NORMALS);
    float[] uniforms = new float[3];
    Philox.uniform(7, "noise.x", 1L << 40, 1, 2, 3, uniforms);
    assertThat(uniforms).containsExactly(FROZEN_UNIFORMS);
  }

  private static final float[] FROZEN_NORMALS = {
    0.041747235f, -0.3257667f, -0.13882583f, -1.760206f, 0.04153397f
  };
  private static final float[] FROZEN_UNIFORMS = {0.8904436f, 0.09376603f, 0.4823894f};

  @Test
  void hasOwnFunctionsThatAgreeWithTheLibrary() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      int exponent = -random.nextInt(33);
      double m = Math.sqrt(0.5) * (1 + random.nextDouble());
      double log = StrictMath.log(m) + exponent * StrictMath.log(2);
      assertThat(Philox.log(exponent, m)).isCloseTo(log, within(1e-10)); // as documented
      double x = (random.nextDouble() - 0.5) * Math.PI / 2;
      assertThat(Philox.sine(x)).isCloseTo(StrictMath.sin(x), within(1e-11));
      assertThat(Philox.cosine(x)).isCloseTo(StrictMath.cos(x), within(1e-12));
    }
  }

  @Test
  void followsBoxAndMullerOverTheWholeCircle() {
    float[] normals = normals(11, "circle", 0, 1, 0, 4000);
    int[] words = new int[4];
    int[] quarters = new int[4];
    for (int i = 0; i < 4000; i += 4) {
      Philox.block(keyOfCircle(), 0, (long) (i / 4) << 32, words, 0);
      double radius = Math.sqrt(-2 * Math.log(((words[0] & 0xFFFFFFFFL) + 0.5) / 0x1p32));
      double angle = 2 * Math.PI * (words[1] & 0xFFFFFFFFL) / 0x1p32;
      assertThat(normals[i]).isCloseTo((float) (radius * Math.cos(angle)), within(1e-6f));
      assertThat(normals[i + 1]).isCloseTo((float) (radius * Math.sin(angle)), within(1e-6f));
      quarters[words[1] >>> 30]++;
    }
    assertThat(quarters).doesNotContain(0);
  }

  /** The key as the class comment defines it, computed on its own. */
  private static long keyOfCircle() {
    long hash = Long.parseUnsignedLong("14695981039346656037");
    for (char letter : "circle".toCharArray()) {
      hash = (hash ^ letter) * 1099511628211L;
    }
    return new SplittableRandom(new SplittableRandom(11).nextLong() ^ hash).nextLong();
  }

  @Test
  void hasTheMomentsOfANormal() {
    float[] normals = normals(1, "z", 0, ROWS, 0, PER_ROW);
    assertThat(moment(normals, 1)).isCloseTo(0, within(FIVE_SIGMA));
    assertThat(moment(normals, 2)).isCloseTo(1, within(FIVE_SIGMA * Math.sqrt(2)));
    assertThat(moment(normals, 3)).isCloseTo(0, within(FIVE_SIGMA * Math.sqrt(15)));
    assertThat(moment(normals, 4)).isCloseTo(3, within(FIVE_SIGMA * Math.sqrt(96)));
  }

  @Test
  void drawsUniformsInsideTheOpenInterval() {
    float[] uniforms = new float[COUNT];
    Philox.uniform(1, "x", 0, ROWS, 0, PER_ROW, uniforms);
    double mean = 0;
    double square = 0;
    for (float u : uniforms) {
      assertThat(u > 0 && u < 1).isTrue();
      mean += u / (double) COUNT;
      square += u * (double) u / COUNT;
    }
    assertThat(mean).isCloseTo(0.5, within(FIVE_SIGMA * Math.sqrt(1 / 12.)));
    assertThat(square).isCloseTo(1 / 3., within(FIVE_SIGMA * Math.sqrt(4 / 45.)));
  }

  @Test
  void isIndependentAcrossSeedsStreamsRowsSamplesAndElements() {
    float[] base = normals(1, "z1", 0, ROWS, 0, PER_ROW);
    assertUncorrelated(base, normals(2, "z1", 0, ROWS, 0, PER_ROW), 0);
    assertUncorrelated(base, normals(1, "z2", 0, ROWS, 0, PER_ROW), 0);
    assertUncorrelated(base, normals(1, "z1", ROWS, ROWS, 0, PER_ROW), 0);
    assertUncorrelated(base, normals(1, "z1", 0, ROWS, 1, PER_ROW), 0);
    for (int lag : new int[] {1, 2, 3, 4, PER_ROW}) {
      assertUncorrelated(base, base, lag);
    }
  }

  @Test
  void doesNotDependOnHowRowsAreBatched() {
    float[] whole = normals(5, "z", 100, 64, 3, 999); // large enough to run on several threads
    for (int row = 0; row < 64; row++) {
      float[] expected = Arrays.copyOfRange(whole, row * 999, (row + 1) * 999);
      assertThat(normals(5, "z", 100 + row, 1, 3, 999)).containsExactly(expected);
    }
    assertThat(normals(5, "z", 100, 1, 3, 10)).containsExactly(Arrays.copyOf(whole, 10));
  }

  @Test
  void refusesTooLittleRoom() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Philox.normal(1, "z", 0, 2, 0, 3, new float[5]))
        .withMessage("noise: room for 5 numbers, expected at least 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Philox.uniform(1, "z", -1, 2, 0, 3, new float[6]))
        .withMessageContaining("firstRow -1");
  }

  private static int[] block(long key, long low, long high) {
    int[] words = new int[4];
    Philox.block(key, low, high, words, 0);
    return words;
  }

  private static float[] normals(
      long seed, String stream, long firstRow, int rows, int sample, int perRow) {
    float[] into = new float[rows * perRow];
    Philox.normal(seed, stream, firstRow, rows, sample, perRow, into);
    return into;
  }

  private static double moment(float[] values, int power) {
    double sum = 0;
    for (float value : values) {
      sum += Math.pow(value, power);
    }
    return sum / values.length;
  }

  private static void assertUncorrelated(float[] a, float[] b, int lag) {
    double sum = 0;
    for (int i = lag; i < a.length; i++) {
      sum += a[i] * (double) b[i - lag];
    }
    assertThat(sum / a.length).isCloseTo(0, within(FIVE_SIGMA));
  }
}
