package io.varve.inference.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CubicResamplingTest {
  /** One level: results are rounded to whole numbers, 0..255. */
  private static final int ROUNDING = 1;

  @Test
  void keepsRampsStraight() {
    byte[] ramp = ramp(32, 6);
    for (int size : new int[] {8, 16, 20, 64}) {
      byte[] resized = resize(ramp, 32, size);
      double scale = 32.0 / size;
      int border = (int) Math.ceil(2 * Math.max(1, scale) / scale); // the kernel is cut off there
      for (int x = border; x < size - border; x++) {
        double expected = 6 * ((x + 0.5) * scale - 0.5);
        assertThat(Math.abs((resized[size * (size / 2) + x] & 0xff) - expected))
            .isLessThanOrEqualTo(ROUNDING);
      }
    }
  }

  @Test
  void averagesWhatItReduces() {
    byte[] board = new byte[64 * 64];
    for (int i = 0; i < board.length; i++) {
      board[i] = (byte) ((i % 64 + i / 64) % 2 * 200);
    }
    for (byte value : resize(board, 64, 8)) {
      assertThat(Math.abs(value - 100)).isLessThanOrEqualTo(ROUNDING);
    }
  }

  @Test
  void saturatesInsteadOfWrapping() {
    byte[] step = new byte[16 * 16];
    for (int i = 0; i < step.length; i++) {
      step[i] = (byte) (i % 16 < 8 ? 0 : 255);
    }
    byte[] resized = resize(step, 16, 61);
    for (int x = 0; x < 25; x++) {
      assertThat(resized[30 * 61 + x]).isBetween((byte) 0, (byte) 20);
      assertThat(resized[30 * 61 + 60 - x] & 0xff).isBetween(235, 255);
    }
  }

  @Test
  void resizesEachAxisOnItsOwn() {
    byte[] board = new byte[32 * 20];
    for (int i = 0; i < board.length; i++) {
      board[i] = (byte) (i % 20 * 12);
    }
    float[] wide = new float[8 * 40];
    new CubicResampling(32, 20, 8, 40).apply(board, 0, wide, 0);
    byte[] square = new byte[20 * 20];
    System.arraycopy(board, 0, square, 0, square.length);
    byte[] row = resize(square, 20, 40);
    for (int i = 0; i < wide.length; i++) {
      assertThat(Math.abs(wide[i] - (row[i % 40] & 0xff))).isLessThanOrEqualTo(ROUNDING);
    }
  }

  private static byte[] ramp(int side, int slope) {
    byte[] ramp = new byte[side * side];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (slope * (i % side));
    }
    return ramp;
  }

  private static byte[] resize(byte[] plane, int from, int to) {
    byte[] resized = new byte[to * to];
    new CubicResampling(from, to).apply(plane, 0, resized, 0);
    return resized;
  }
}
