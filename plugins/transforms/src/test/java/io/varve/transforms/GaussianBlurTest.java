package io.varve.transforms;

import static io.varve.spi.TestPass.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianBlurTest {
  /** Half a level of each of the two roundings, and what weights in 8,192ths miss. */
  private static final double TWO_ROUNDINGS = 1.1;

  /** Levels rounded up and down balance over 864 pixels; cut off, they would miss by a half. */
  private static final double BIAS = 0.1;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"0.5, 2", "1, 3", "2.5, 8", "3, 2", "16, 48"})
  void isTheConvolutionWithAGaussian(double sigma, int radius) {
    Drawn image = Drawn.noise(7, 1, 24, 36);
    NDArray x = image.batch(manager, DataType.FLOAT32);
    double[] y = doubles(new GaussianBlur(sigma, Optional.of(radius)).apply(x, image.space()));
    double[][] exact = convolved(image.channel(0), sigma, radius);
    double bias = 0;
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i]).isCloseTo(exact[i / 36][i % 36], within(TWO_ROUNDINGS));
      bias += (y[i] - exact[i / 36][i % 36]) / y.length;
    }
    assertThat(bias).isCloseTo(0, within(BIAS));
    assertThat(new GaussianBlur(sigma, Optional.of(radius)).space(image.space()))
        .isEqualTo(image.space());
  }

  /** A sum over two dimensions at once, in double precision, edges repeated. */
  static double[][] convolved(double[][] image, double sigma, int radius) {
    double[][] result = new double[image.length][image[0].length];
    for (int i = 0; i < image.length; i++) {
      for (int j = 0; j < image[0].length; j++) {
        double sum = 0;
        double total = 0;
        for (int di = -radius; di <= radius; di++) {
          for (int dj = -radius; dj <= radius; dj++) {
            double weight = Math.exp(-(di * di + dj * dj) / (2 * sigma * sigma));
            int row = Math.min(Math.max(i + di, 0), image.length - 1);
            int column = Math.min(Math.max(j + dj, 0), image[0].length - 1);
            sum += weight * image[row][column];
            total += weight;
          }
        }
        result[i][j] = sum / total;
      }
    }
    return result;
  }

  @Test
  void readsThreeDeviationsUnlessToldOtherwise() {
    Drawn image = Drawn.noise(8, 3, 12, 12);
    NDArray x = image.batch(manager, DataType.FLOAT32);
    NDArray y = new GaussianBlur(1.5, Optional.empty()).apply(x, image.space());
    NDArray five = new GaussianBlur(1.5, Optional.of(5)).apply(x, image.space());
    assertThat(doubles(y)).containsExactly(doubles(five));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.7, 5, 16})
  void keepsFlatImagesAndIsTheSameInBothPrecisions(double sigma) {
    GaussianBlur blur = new GaussianBlur(sigma, Optional.empty());
    NDArray flat = manager.arange(256).toType(DataType.FLOAT32, false).reshape(256, 1, 1, 1);
    NDArray x = flat.broadcast(new Shape(256, 1, 5, 7));
    assertThat(doubles(blur.apply(x, new Space(new Shape(1, 5, 7), 256))))
        .containsExactly(doubles(x));
    Drawn image = Drawn.noise(9, 3, 20, 28);
    NDArray single = blur.apply(image.batch(manager, DataType.FLOAT32), image.space());
    NDArray twice = blur.apply(image.batch(manager, DataType.FLOAT64), image.space());
    assertThat(twice.getDataType()).isEqualTo(DataType.FLOAT64);
    assertThat(doubles(single)).containsExactly(doubles(twice));
  }

  @Test
  void refusesOtherSettingsAndSpaces() {
    for (double sigma : new double[] {0, -1, 17, Double.NaN}) {
      assertThatThrownBy(() -> new GaussianBlur(sigma, Optional.empty()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("sigma: expected", "got " + sigma);
    }
    assertThatThrownBy(() -> new GaussianBlur(1, Optional.of(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("radius: expected 1 to 64 pixels, got 0");
    GaussianBlur blur = new GaussianBlur(1, Optional.empty());
    assertThatThrownBy(() -> blur.space(new Space(new Shape(4, 4), 256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'gaussian-blur' needs an image [C, H, W]", "(4, 4)");
  }
}
