package io.varve.training.data.set;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DensityGridTest {
  /** Sums of a plain loop: those of a parallel prefix depend on how many cores share the work. */
  @Test
  void addsUpInOneFixedOrder() {
    Random random = new Random(3);
    double[] masses = random.doubles(DensityGrid.SIDE * DensityGrid.SIDE).toArray();
    DensityGrid grid = new DensityGrid(masses);
    double upTo = 0;
    for (int x = 0; x < DensityGrid.SIDE; x++) {
      for (int y = 0; y < DensityGrid.SIDE; y++) {
        upTo += grid.mass(x, y);
        assertThat(grid.upTo(x, y)).isEqualTo(upTo);
      }
    }
  }
}
