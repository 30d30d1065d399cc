package io.varve.training.fid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {
  /** Double precision of numbers near a thousand, squared deviations near one. */
  private static final double ROUNDING = 1e-10;

  private static final int SIZE = 5;
  private static final int ROWS = 101;

  @Test
  void isTheCovarianceOfTwoPassesWhateverTheBatch() {
    float[] features = features();
    double[] mean = new double[SIZE];
    for (int i = 0; i < features.length; i++) {
      mean[i % SIZE] += features[i] / (double) ROWS;
    }
    double[] covariance = new double[SIZE * SIZE];
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < SIZE * SIZE; i++) {
        double left = features[row * SIZE + i / SIZE] - mean[i / SIZE];
        double right = features[row * SIZE + i % SIZE] - mean[i % SIZE];
        covariance[i] += left * right / (ROWS - 1);
      }
    }
    for (int batch : new int[] {1, 7, ROWS}) {
      Moments moments = new Moments(SIZE);
      for (int from = 0; from < ROWS; from += batch) {
        int to = Math.min(ROWS, from + batch);
        moments.add(Arrays.copyOfRange(features, from * SIZE, to * SIZE));
      }
      Gaussian found = moments.gaussian();
      assertThat(found.count()).isEqualTo(ROWS);
      assertThat(found.mean()).containsExactly(mean, within(ROUNDING));
      assertThat(found.covariance()).containsExactly(covariance, within(ROUNDING));
    }
  }

  @Test
  void refusesWhatHasNoMoments() {
    Moments moments = new Moments(2);
    moments.add(new float[] {1, 2});
    assertThatThrownBy(moments::gaussian).hasMessageContaining("images: 1, expected at least 2");
    assertThatThrownBy(() -> moments.add(new float[] {1, 2, 3, Float.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("number 1 of image 2 is NaN");
  }

  /** A large mean, which sums of squares alone would lose the covariance in. */
  private static float[] features() {
    Random random = new Random(8);
    float[] features = new float[ROWS * SIZE];
    for (int i = 0; i < features.length; i++) {
      float shared = i % SIZE == 0 ? 0 : features[i - 1] - 1000;
      features[i] = 1000 + 0.5f * shared + (float) random.nextGaussian();
    }
    return features;
  }
}
