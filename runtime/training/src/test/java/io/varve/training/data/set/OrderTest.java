package io.varve.training.data.set;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OrderTest {
  /** 5 standard deviations of a count of 20,000 draws with probability 1/24: 833 +- 28. */
  private static final int SPREAD = 141;

  @Test
  void permutes() {
    for (int size : new int[] {1, 2, 1000}) {
      assertThat(Arrays.stream(Order.of(size, 1, 2)).sorted().toArray())
          .isEqualTo(Order.sequential(size));
    }
  }

  @Test
  void isStable() {
    assertThat(Order.of(8, 1, 0)).containsExactly(0, 3, 7, 1, 4, 2, 6, 5);
    assertThat(Order.of(8, 1, 1)).containsExactly(7, 0, 6, 1, 3, 5, 4, 2);
  }

  @Test
  void drawsAllPermutationsEquallyOften() {
    int[] counts = new int[256];
    for (int epoch = 0; epoch < 20_000; epoch++) {
      int[] order = Order.of(4, 5, epoch);
      counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    int[] met = Arrays.stream(counts).filter(count -> count > 0).toArray();
    assertThat(met).hasSize(24);
    assertThat(Arrays.stream(met)).allMatch(count -> Math.abs(count - 20_000 / 24) < SPREAD);
  }
}
