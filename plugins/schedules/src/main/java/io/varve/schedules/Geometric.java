package io.varve.schedules;

import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import org.pf4j.Extension;

/**
 * Geometric warm-up of Apostolopoulou et al. (2020, section 5.1): level n lasts 2^n epochs at
 * 10^(n/N - 1), the first of them at 0, and after the last it is 1.
 *
 * <p>The paper counts n from 0 to N, which makes 2,047 epochs for N = 10, where its Table 4 says
 * 1,024. So the levels that warm up are 0 to N - 1, 2^N - 1 epochs together, and level N is the
 * value 1 that stays: 1,023 epochs for N = 10, 255 for N = 8.
 *
 * @param levels N, 1 to 30
 */
@Extension
@Named(
    value = "geometric",
    examples = {"{levels: 10}", "{levels: 1}"})
public record Geometric(int levels) implements Schedule {
  /** A warm-up of 2^30 epochs is a slip. */
  private static final int MOST = 30;

  public Geometric {
    if (levels < 1 || levels > MOST) {
      throw new IllegalArgumentException(
          "levels: expected 1 to %d, got %d".formatted(MOST, levels));
    }
  }

  @Override
  public double at(Progress progress) {
    // Level n begins after 2^n - 1 epochs, and the exponent of a double is its logarithm rounded
    // down.
    int level = Math.getExponent(Math.floor(progress.epoch()) + 1);
    if (level >= levels) {
      return 1;
    }
    return level == 0 ? 0 : Math.pow(10, (double) level / levels - 1);
  }
}
