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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BicubicTest {
  /** Lifts ties over the rounding of double precision, and no quotient that is none. */
  private static final double TIE = 1e-9;

  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  static List<Drawn[]> reductions() {
    List<Drawn[]> pairs = new ArrayList<>();
    Drawn image = null;
    for (Drawn drawn : Drawn.all()) {
      if (drawn.factor() == 1) {
        image = drawn;
      } else {
        pairs.add(new Drawn[] {image, drawn});
      }
    }
    return pairs;
  }

  @ParameterizedTest
  @MethodSource("reductions")
  void equalsPillow(Drawn image, Drawn expected) {
    Bicubic bicubic = new Bicubic(expected.factor());
    assertThat(bicubic.space(image.space())).isEqualTo(expected.space());
    NDArray y = bicubic.apply(image.batch(manager, DataType.FLOAT32), image.space());
    assertThat(y.getShape()).isEqualTo(new Shape(1).addAll(expected.shape()));
    double[] levels = doubles(y);
    int differing = 0;
    for (int i = 0; i < levels.length; i++) {
      assertThat(levels[i]).isCloseTo(expected.pixels().get(i), within(1.0));
      differing += levels[i] == expected.pixels().get(i) ? 0 : 1;
    }
    // a tie, rare but by 3, falls either way in the fixed-point numbers that Pillow computes with
    assertThat(differing).isLessThanOrEqualTo(levels.length / 100);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void isTheKernelOfKeysByTheLetter(int factor) {
    Drawn image = Drawn.noise(factor, 2, 24, 36);
    double[][] expected = new double[2][];
    for (int c = 0; c < 2; c++) {
      double[][] wide = across(image.channel(c), factor);
      expected[c] = flat(transposed(across(transposed(wide), factor)));
    }
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      NDArray y = new Bicubic(factor).apply(image.batch(manager, type), image.space());
      assertThat(y.getDataType()).isEqualTo(type);
      double[] levels = doubles(y);
      int half = levels.length / 2;
      for (int i = 0; i < levels.length; i++) {
        assertThat(levels[i]).isEqualTo(expected[i / half][i % half]);
      }
    }
  }

  /** Every row of an image shrunk, rounded and held within bytes. */
  private static double[][] across(double[][] image, int factor) {
    double[][] result = new double[image.length][image[0].length / factor];
    for (int row = 0; row < image.length; row++) {
      for (int to = 0; to < result[row].length; to++) {
        double sum = 0;
        double total = 0;
        for (int from = 0; from < image[row].length; from++) {
          double weight = keys(((from + 0.5) - (to + 0.5) * factor) / factor);
          sum += weight * image[row][from];
          total += weight;
        }
        double level = Math.floor(sum / total + 0.5 + TIE);
        result[row][to] = Math.min(Math.max(level, 0), 255);
      }
    }
    return result;
  }

  /** Keys (1981), equation 4 with a = -1/2, in the form of its general a. */
  private static double keys(double t) {
    double a = -0.5;
    double s = Math.abs(t);
    if (s < 1) {
      return (a + 2) * Math.pow(s, 3) - (a + 3) * Math.pow(s, 2) + 1;
    }
    return s < 2 ? a * (Math.pow(s, 3) - 5 * Math.pow(s, 2) + 8 * s - 4) : 0;
  }

  private static double[][] transposed(double[][] image) {
    double[][] result = new double[image[0].length][image.length];
    for (int i = 0; i < image.length; i++) {
      for (int j = 0; j < image[0].length; j++) {
        result[j][i] = image[i][j];
      }
    }
    return result;
  }

  private static double[] flat(double[][] image) {
    double[] flat = new double[image.length * image[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = image[i / image[0].length][i % image[0].length];
    }
    return flat;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void keepsEveryFlatImageOfAnyNumberOfLevels(int factor) {
    for (int levels : new int[] {2, 8, 256}) {
      NDArray flat = manager.arange(levels).toType(DataType.FLOAT32, false);
      NDArray x = flat.reshape(levels, 1, 1, 1).broadcast(new Shape(levels, 1, 12, 12));
      NDArray y = new Bicubic(factor).apply(x, new Space(new Shape(1, 12, 12), levels));
      NDArray expected = flat.reshape(levels, 1, 1, 1).broadcast(y.getShape());
      assertThat(doubles(y)).containsExactly(doubles(expected));
    }
  }

  @Test
  void refusesWhatItCannotShrink() {
    Bicubic third = new Bicubic(3);
    assertRefused(third, new Space(new Shape(3, 32, 30), 256), "multiples of 3", "32 x 30");
    assertRefused(third, new Space(new Shape(9), 256), "[C, H, W]", "(9)");
    assertRefused(third, Space.real(new Shape(3, 9, 9)), "2 to 256 levels", "real values");
    assertRefused(third, new Space(new Shape(3, 9, 9), 1000), "2 to 256 levels", "1000");
    for (int factor : new int[] {-2, 0, 1, 5}) {
      assertThatThrownBy(() -> new Bicubic(factor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("factor: expected 2, 3 or 4", "got " + factor);
    }
  }

  private static void assertRefused(Bicubic bicubic, Space space, String... parts) {
    assertThatThrownBy(() -> bicubic.space(space))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }
}
