package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class StrokesTest {
  /** The first 100 images of seed 0; changing what is drawn changes published figures. */
  private static final long CHECKSUM = 1_540_264_566L;

  @Test
  void drawsTheSameEverywhere() {
    Split split = new Strokes(100, 1, 28, 0).open().train();
    CRC32 sum = new CRC32();
    sum.update(split.memory().orElseThrow());
    assertThat(sum.getValue()).isEqualTo(CHECKSUM);
  }

  @Test
  void dependsOnSeedPartAndIndexAlone() {
    Splits few = new Strokes(10, 10, 28, 7).open();
    Splits many = new Strokes(50, 20, 28, 7).open();
    for (int i = 0; i < 10; i++) {
      assertThat(DataFiles.read(many.train(), i)).isEqualTo(DataFiles.read(few.train(), i));
      assertThat(DataFiles.read(many.test(), i)).isEqualTo(DataFiles.read(few.test(), i));
    }
    assertThat(DataFiles.read(few.train(), 0)).isNotEqualTo(DataFiles.read(few.test(), 0));
    Split reseeded = new Strokes(10, 10, 28, 8).open().train();
    assertThat(DataFiles.read(reseeded, 0)).isNotEqualTo(DataFiles.read(few.train(), 0));
  }

  @Test
  void drawsVariedPictures() {
    Split split = new Strokes(1000, 1, 28, 0).open().train();
    Set<Integer> seen = new HashSet<>();
    double ink = 0;
    for (int i = 0; i < split.size(); i++) {
      byte[] image = DataFiles.read(split, i);
      seen.add(Arrays.hashCode(image));
      long bright = 0;
      for (byte pixel : image) {
        ink += pixel & 0xff;
        bright += (pixel & 0xff) > 200 ? 1 : 0;
      }
      assertThat(bright).as("bright pixels of image %d", i).isBetween(5L, 300L);
    }
    assertThat(seen).hasSize(1000);
    // MNIST's mean is 0.131 of full ink.
    assertThat(ink / 255 / 784 / 1000).isBetween(0.09, 0.16);
  }

  @Test
  void drawsOtherSizes() {
    for (int size : new int[] {8, 64}) {
      Split split = new Strokes(20, 1, size, 0).open().train();
      assertThat(split.shape()).containsExactly(1, size, size);
      assertThat(DataFiles.read(split, 19)).contains((byte) 0).hasSize(size * size);
    }
  }

  @Test
  void checksItsKeys() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strokes(0, 1, 28, 0))
        .withMessageContaining("found 0 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strokes(1, 1, 7, 0))
        .withMessageContaining("size must be 8 to 1024 pixels, found 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strokes(1 << 20, 1, 1024, 0))
        .withMessageContaining("found 1099511627776");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strokes(1, 1, 28, 0).at("data"))
        .withMessageContainingAll("data: ", "drop --data");
  }
}
