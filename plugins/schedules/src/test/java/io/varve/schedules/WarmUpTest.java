package io.varve.schedules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.schedules.Phases.Phase;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The warm-up of the self-reflective VAE, and schedules one after another. */
class WarmUpTest {
  /** Powers and sums of numbers of order one, in double precision. */
  private static final double ROUNDING = 1e-12;

  private static final int STEPS_PER_EPOCH = 7;

  /** A step of training with so many steps an epoch. */
  private static Progress after(long step) {
    return new Progress(step, (double) step / STEPS_PER_EPOCH);
  }

  private static Progress epoch(double epoch) {
    return new Progress(Math.round(epoch * STEPS_PER_EPOCH), epoch);
  }

  /** Each level written out, 2^n epochs at 10^(n/N - 1), as section 5.1 lists them. */
  private static List<Double> writtenOut(int levels) {
    List<Double> epochs = new ArrayList<>();
    int length = 1;
    for (int n = 0; n < levels; n++) {
      double beta = n == 0 ? 0 : Math.pow(10, n / (double) levels) / 10;
      for (int i = 0; i < length; i++) {
        epochs.add(beta);
      }
      length *= 2;
    }
    return epochs;
  }

  /** Table 4 rounds 1,023 to 1,024; Table 8 says 256 and 258 where the levels make 255. */
  @ParameterizedTest
  @CsvSource({"10, 1023", "8, 255", "1, 1"})
  void geometricTakesThePapersEpochs(int levels, int expected) {
    Geometric beta = new Geometric(levels);
    List<Double> paper = writtenOut(levels);
    assertThat(paper).hasSize(expected);
    for (int epoch = 0; epoch < expected; epoch++) {
      for (double within : new double[] {0, 0.5, 1 - 1e-9}) {
        assertThat(beta.at(epoch(epoch + within)))
            .as("epoch %d", epoch)
            .isCloseTo(paper.get(epoch), within(ROUNDING))
            .isLessThan(1);
      }
    }
    assertThat(beta.at(epoch(expected))).isEqualTo(1);
    assertThat(beta.at(new Progress(Long.MAX_VALUE, 1e300))).isEqualTo(1);
  }

  /** Half of all warm-up is spent at the last level, 10^(-1/10) of the whole KL. */
  @Test
  void geometricSpendsMostEpochsNearOne() {
    Geometric beta = new Geometric(10);
    assertThat(beta.at(epoch(0))).isZero();
    assertThat(beta.at(epoch(1))).isCloseTo(0.12589254117941673, within(ROUNDING));
    assertThat(beta.at(epoch(31))).isCloseTo(Math.sqrt(0.1), within(ROUNDING));
    assertThat(beta.at(epoch(511))).isCloseTo(0.7943282347242815, within(ROUNDING));
    assertThat(beta.at(epoch(1022))).isCloseTo(0.7943282347242815, within(ROUNDING));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 31})
  void refusesLevelsThatAreNone(int levels) {
    assertThatThrownBy(() -> new Geometric(levels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("levels: expected 1 to 30, got " + levels);
  }

  private static Phase epochs(double length, Schedule value) {
    return new Phase(Optional.of(length), Optional.empty(), value);
  }

  private static Phase steps(long length, Schedule value) {
    return new Phase(Optional.empty(), Optional.of(length), value);
  }

  private static Phase rest(Schedule value) {
    return new Phase(Optional.empty(), Optional.empty(), value);
  }

  /** What each schedule sees, told by one that answers with its step or its epoch. */
  private record Told(boolean step) implements Schedule {
    @Override
    public double at(Progress progress) {
      return step ? progress.step() : progress.epoch();
    }
  }

  @Test
  void hardWarmUpIsTwoPhases() {
    Phases beta = new Phases(List.of(epochs(350, new Constant(0)), rest(new Constant(1))));
    assertThat(beta.at(epoch(349.999))).isZero();
    assertThat(beta.at(epoch(350))).isEqualTo(1);
    assertThat(beta.at(epoch(1e6))).isEqualTo(1);
  }

  /** Table 8: the reconstruction alone for 350 epochs, then geometric for N = 8, then the bound. */
  @Test
  void geometricBeginsWithItsPhase() {
    Phases beta = new Phases(List.of(epochs(350, new Constant(0)), rest(new Geometric(8))));
    Geometric alone = new Geometric(8);
    for (double since = 0; since < 300; since += 0.5) {
      assertThat(beta.at(epoch(350 + since))).isEqualTo(alone.at(epoch(since)));
    }
    assertThat(beta.at(epoch(350 + 254))).isLessThan(1);
    assertThat(beta.at(epoch(350 + 255))).isEqualTo(1);
  }

  @Test
  void phasesCountFromTheirOwnBeginningInBothUnits() {
    for (boolean step : new boolean[] {true, false}) {
      Told told = new Told(step);
      Phases phases =
          new Phases(List.of(epochs(3, told), steps(10, told), epochs(2, told), rest(told)));
      double unit = step ? 1 : STEPS_PER_EPOCH;
      int[] begins = {0, 3 * STEPS_PER_EPOCH, 31, 31 + 2 * STEPS_PER_EPOCH, 100};
      for (int i = 0; i < 4; i++) {
        for (int at = begins[i]; at < begins[i + 1]; at++) {
          assertThat(phases.at(after(at)) * unit)
              .as("phase %d, step %d", i, at)
              .isCloseTo(at - begins[i], within(ROUNDING * 100));
        }
      }
    }
  }

  @Test
  void refusesPhasesWithoutEnd() {
    assertThatThrownBy(() -> new Phases(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("phases: expected at least one, got none");
    assertThatThrownBy(() -> new Phases(List.of(rest(new Constant(0)), rest(new Constant(1)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("every phase but the last needs its length");
    assertThatThrownBy(() -> epochs(0, new Constant(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epochs: expected more than 0, got 0.0");
    assertThatThrownBy(() -> new Phase(Optional.of(1.0), Optional.of(1L), new Constant(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("both");
  }
}
