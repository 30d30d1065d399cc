package io.varve.model.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On every processor the engine is right, or its use is refused. */
class EngineFaultsTest {
  private static void isRightOrRefused(double error) {
    if (!(error < 1e-4)) {
      assertThatThrownBy(() -> EngineFaults.requireNone(Device.cpu()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith(
              " wrongly on this processor; set ONEDNN_MAX_CPU_ISA=SSE41 in the environment before Java starts");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 31, 32, 33, 128})
  void recursRightlyOrIsRefused(int states) {
    isRightOrRefused(EngineFaults.lstmError(states));
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1, 1, 3",
    "32, 3, 7, 5",
    "2, 8, 100, 3",
    "32, 48, 96, 1",
    "32, 100, 100, 3",
    "3, 128, 24, 1"
  })
  void convolvesRightlyOrIsRefused(int batch, int from, int to, int side) {
    for (boolean last : new boolean[] {false, true}) {
      isRightOrRefused(new EngineFaults.Convolution(batch, from, to, side, last).error());
    }
  }

  @Test
  void theBuildSetsWhatTheProcessorNeeds() {
    assertThatCode(() -> EngineFaults.requireNone(Device.cpu())).doesNotThrowAnyException();
    assertThat(EngineFaults.lstmError(64)).isLessThan(1e-5);
  }
}
