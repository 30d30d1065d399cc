package io.varve.transforms;

import static io.varve.spi.TestPass.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Space;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SketchTest {
  private static final Sketch SKETCH = new Sketch(2, Optional.of(4));
  private NDManager manager;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Grey and blur have tests of their own; here they are taken for granted. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void dodgesTheGreyImageByItsBlurredInverse(DataType type) {
    Drawn image = Drawn.noise(4, 3, 24, 36);
    NDArray x = image.batch(manager, type);
    NDArray y = SKETCH.apply(x, image.space());
    assertThat(y.getShape()).isEqualTo(new Shape(1, 1, 24, 36));
    assertThat(y.getDataType()).isEqualTo(type);
    double[] grey = doubles(new Greyscale().apply(x, image.space()));
    NDArray inverse =
        manager.create(Arrays.stream(grey).map(g -> 255 - g).toArray(), new Shape(1, 1, 24, 36));
    double[] blurred =
        doubles(
            new GaussianBlur(2, Optional.of(4))
                .apply(inverse, new Space(new Shape(1, 24, 36), 256)));
    double[] drawing = doubles(y);
    for (int i = 0; i < drawing.length; i++) {
      int rest = (int) (255 - blurred[i]);
      int level = Math.floorDiv((int) (2 * 255 * grey[i]) + rest, 2 * rest);
      assertThat(drawing[i]).isEqualTo(Math.min(level, 255));
    }
  }

  @Test
  void drawsEdgesInBlackOnWhite() {
    List<Integer> pixels =
        IntStream.range(0, 32 * 32).mapToObj(i -> i % 32 < 16 ? 40 : 200).toList();
    Drawn edge = new Drawn("edge", 1, new Shape(1, 32, 32), pixels);
    double[] row =
        doubles(SKETCH.apply(edge.batch(manager, DataType.FLOAT32), edge.space()).get("0, 0, 9"));
    assertThat(row[15]).isLessThan(100); // the dark side of the edge
    assertThat(row[16]).isEqualTo(255);
    assertThat(row[2]).isEqualTo(255);
    assertThat(row[29]).isEqualTo(255);
  }

  @Test
  void leavesEveryFlatImageWhite() {
    NDArray flat = manager.arange(256).toType(DataType.FLOAT32, false).reshape(256, 1, 1, 1);
    Space space = new Space(new Shape(1, 6, 6), 256);
    double[] drawing = doubles(SKETCH.apply(flat.broadcast(new Shape(256, 1, 6, 6)), space));
    assertThat(drawing).containsOnly(255);
  }

  @Test
  void givesOneChannelOfTheLevelsItRead() {
    assertThat(SKETCH.space(new Space(new Shape(3, 8, 9), 8)))
        .isEqualTo(new Space(new Shape(1, 8, 9), 8));
    assertThatThrownBy(() -> SKETCH.space(new Space(new Shape(2, 8, 8), 256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[3, H, W] or [1, H, W]", "(2, 8, 8)");
    assertThatThrownBy(() -> SKETCH.space(Space.real(new Shape(1, 8, 8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("real values");
    assertThatThrownBy(() -> new Sketch(0, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sigma");
  }
}
