package io.varve.training.data.drawn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SkeletonsTest {
  @Test
  void drawsEveryDigitEquallyOften() {
    assertThat(Skeletons.DIGITS).hasSize(20);
  }
}
