package io.varve.export.onnx.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExtentTest {
  private static final long[] BATCHES = {3, 5, 8};

  @Test
  void findsTheExpressionThroughThreePoints() {
    for (long slope = -2; slope < 5; slope++) {
      for (long offset = -3; offset < 4; offset++) {
        Extent extent = new Extent(slope, offset);
        assertThat(Extent.through(BATCHES, sizes(extent))).contains(extent);
      }
    }
  }

  private static long[] sizes(Extent extent) {
    return new long[] {extent.at(3), extent.at(5), extent.at(8)};
  }

  /** Each pair of these lies on a line with whole coefficients, but not all three. */
  @Test
  void findsNoneThroughACurve() {
    assertThat(Extent.through(BATCHES, new long[] {9, 25, 64})).isEmpty();
    assertThat(Extent.through(BATCHES, new long[] {3, 5, 5})).isEmpty();
    assertThat(Extent.through(BATCHES, new long[] {1, 2, 3})).isEmpty();
    assertThat(Extent.through(BATCHES, new long[] {4, 4, 5})).isEmpty();
  }

  @Test
  void readsAsAnExpression() {
    assertThat(Extent.of(4)).hasToString("4");
    assertThat(Extent.BATCH).hasToString("B");
    assertThat(new Extent(2, 1)).hasToString("2*B+1");
    assertThat(new Extent(1, -1)).hasToString("B-1");
  }
}
