package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private static final int B = 4;
  private static final int C = 2;
  private static final int H = 6;
  private static final int W = 5;
  private static final DataType[] TYPES = {DataType.UINT8, DataType.FLOAT32};

  private final NDManager manager = NDManager.newBaseManager();
  private final byte[] pixels = DataFiles.random(B * C * H * W, 9);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void flipsTheRowsItIsToldTo() {
    float[] uniform = {0.49f, 0.5f, 0, 0.99f};
    for (DataType type : TYPES) {
      byte[] flipped = bytes(Augmentation.Flip.mirror(images(type), manager.create(uniform)), type);
      for (int i = 0; i < pixels.length; i++) {
        int x = i % W;
        int source = uniform[i / (C * H * W)] < 0.5 ? i - x + (W - 1 - x) : i;
        assertThat(flipped[i]).isEqualTo(pixels[source]);
      }
    }
  }

  @Test
  void movesByWholePixelsAndRepeatsTheBorder() {
    // Moves of -1, 0 and 1 pixel are a third each: 0.2 of 6 rows and of 5 columns rounds to 1.
    float[] uniform = {0, 0.5f, 0.5f, 0.99999994f, 0.34f, 0.1f, 0.9f, 0.9f};
    int[] down = {-1, 0, 0, 1};
    int[] right = {0, 1, -1, 1};
    for (DataType type : TYPES) {
      NDArray moves = manager.create(uniform, new Shape(B, 2));
      byte[] moved = bytes(new Augmentation.Affine(0.2).shift(images(type), moves), type);
      for (int i = 0; i < pixels.length; i++) {
        int image = i / (C * H * W);
        int y = Math.max(0, Math.min(H - 1, i / W % H - down[image]));
        int x = Math.max(0, Math.min(W - 1, i % W - right[image]));
        assertThat(moved[i]).isEqualTo(pixels[i / (H * W) * (H * W) + y * W + x]);
      }
    }
  }

  @Test
  void attachesResultsToTheBatchAndLeavesIt() {
    NDArray images = images(DataType.UINT8);
    Augmentation.Flip.mirror(images, manager.zeros(new Shape(B)));
    new Augmentation.Affine(0.2).shift(images, manager.zeros(new Shape(B, 2)));
    assertThat(images.toByteArray()).isEqualTo(pixels);
  }

  private NDArray images(DataType type) {
    NDArray images = manager.create(ByteBuffer.wrap(pixels), new Shape(B, C, H, W), DataType.UINT8);
    return images.toType(type, true);
  }

  private static byte[] bytes(NDArray array, DataType expected) {
    assertThat(array.getDataType()).isEqualTo(expected);
    assertThat(array.getShape()).isEqualTo(new Shape(B, C, H, W));
    return array.toType(DataType.UINT8, true).toByteArray();
  }
}
