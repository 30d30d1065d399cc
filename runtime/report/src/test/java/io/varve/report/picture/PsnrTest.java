package io.varve.report.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PsnrTest {
  /** Double arithmetic on a handful of numbers. */
  private static final double ROUNDING = 1e-12;

  @Test
  void isTheMeanOverImages() {
    byte[] originals = {0, (byte) 255, 100, 100};
    byte[] images = {(byte) 255, 0, 110, 90};
    List<Double> each = Psnr.each(originals, images, 2);
    assertThat(each.get(0)).isZero(); // as wrong as can be
    assertThat(each.get(1)).isCloseTo(20 * Math.log10(25.5), within(ROUNDING));
    double mean = Psnr.mean(originals, images, 2);
    assertThat(mean).isCloseTo(10 * Math.log10(25.5), within(ROUNDING));
  }

  @Test
  void isInfiniteForTheSame() {
    assertThat(Psnr.mean(new byte[] {1, 2}, new byte[] {1, 2}, 2)).isInfinite();
  }

  @Test
  void refusesOtherNumbersOfImages() {
    assertThatThrownBy(() -> Psnr.mean(new byte[4], new byte[2], 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("PSNR: 4 and 2 values, expected as many, and a multiple of 2");
  }
}
