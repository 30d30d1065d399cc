package io.varve.transforms;

import static io.varve.spi.TestPass.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformTest {
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
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void quantizeDropsTheLowestBitsOfBytes(int bits) {
    Space bytes = new Space(new Shape(1, 1, 1), 256);
    NDArray all = manager.arange(256).toType(DataType.FLOAT32, false).reshape(256, 1, 1, 1);
    NDArray y = new Quantize(bits).apply(all, bytes);
    assertThat(y.getShape()).isEqualTo(all.getShape());
    assertThat(doubles(y))
        .containsExactly(IntStream.range(0, 256).mapToDouble(v -> v >> (8 - bits)).toArray());
    assertThat(new Quantize(bits).space(bytes)).isEqualTo(new Space(bytes.shape(), 1 << bits));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 10, 17, 255, 1000, 65_536})
  void quantizeIsTheFloorForAnyNumberOfLevels(int levels) {
    NDArray all = manager.arange(levels).toType(DataType.FLOAT32, false);
    double[] y = doubles(new Quantize(3).apply(all, new Space(new Shape(), levels)));
    for (int v = 0; v < levels; v++) {
      assertThat(y[v]).isEqualTo(Math.floorDiv(8 * v, levels));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void greyscaleIsTheRoundedLuma(DataType type) {
    Random random = new Random(3);
    double[] pixels = random.ints(2L * 3 * 50 * 50, 0, 256).asDoubleStream().toArray();
    Space bytes = new Space(new Shape(3, 50, 50), 256);
    NDArray x = manager.create(pixels, new Shape(2, 3, 50, 50)).toType(type, false);
    NDArray y = new Greyscale().apply(x, bytes);
    assertThat(y.getShape()).isEqualTo(new Shape(2, 1, 50, 50));
    assertThat(y.getDataType()).isEqualTo(type);
    double[] luma = doubles(y);
    for (int i = 0; i < luma.length; i++) {
      int at = i / 2500 * 7500 + i % 2500;
      int sum = (int) (299 * pixels[at] + 587 * pixels[at + 2500] + 114 * pixels[at + 5000]);
      assertThat(luma[i]).isEqualTo(Math.floorDiv(sum + 500, 1000));
    }
    assertThat(new Greyscale().space(bytes)).isEqualTo(new Space(new Shape(1, 50, 50), 256));
  }

  @Test
  void greyscaleKeepsGreyAndTiesGoUp() {
    // 299 · 100 + 587 · 100 + 114 · 100 = 100,000; 587 · 0 + 299 · 2 + 114 · 143 = 16,900;
    // 299 · 0 + 587 · 0 + 114 · 250 = 28,500, a tie
    float[] pixels = {100, 2, 0, 100, 0, 0, 100, 143, 250};
    NDArray x = manager.create(pixels, new Shape(1, 3, 1, 3));
    Space bytes = new Space(new Shape(3, 1, 3), 256);
    assertThat(doubles(new Greyscale().apply(x, bytes))).containsExactly(100, 17, 29);
  }

  @Test
  void refusesSpacesItCannotMap() {
    Transform quantize = new Quantize(5);
    assertRefused(quantize, new Space(new Shape(4), 16), "at least 32 levels", "has 16");
    assertRefused(quantize, Space.real(new Shape(4)), "at least 32 levels", "real values");
    Transform grey = new Greyscale();
    assertRefused(grey, new Space(new Shape(1, 8, 8), 256), "[3, H, W]", "(1, 8, 8)");
    assertRefused(grey, new Space(new Shape(3), 256), "[3, H, W]", "(3)");
    assertRefused(grey, Space.real(new Shape(3, 8, 8)), "grid of levels", "real values");
  }

  private static void assertRefused(Transform transform, Space space, String... parts) {
    assertThatThrownBy(() -> transform.space(space))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, -1})
  void quantizeRefusesOtherNumbersOfBits(int bits) {
    assertThatThrownBy(() -> new Quantize(bits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bits: expected 1 to 8, got " + bits);
  }
}
