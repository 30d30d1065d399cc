package io.varve.training.data.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.training.data.DataFiles;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.Order;
import io.varve.training.data.set.Split;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FeedTest {
  private static final long ALL = Long.MAX_VALUE;
  private static final long NONE = 0;
  private static final int IMAGES = 23;

  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void handsOutTheSameResidentAndStreamed() {
    int[] order = Order.of(IMAGES, 1, 2);
    byte[] expected = new byte[IMAGES * 24];
    for (int i = 0; i < IMAGES; i++) {
      new Numbered(-1).read(order[i], expected, i * 24);
    }
    Split stored = new Numbered(-1).stored();
    for (Split split : new Split[] {stored, new Numbered(-1)}) {
      for (long limit : new long[] {ALL, NONE}) {
        try (Feed feed = new Feed(manager, split, limit)) {
          assertThat(feed.resident()).isEqualTo(limit == ALL);
          assertThat(drain(feed, order, 0)).isEqualTo(expected);
          assertThat(drain(feed, order, 10))
              .isEqualTo(Arrays.copyOfRange(expected, 240, expected.length));
        }
      }
    }
  }

  @Test
  void handsOutShapesAndACursor() {
    try (Feed feed = new Feed(manager, new Numbered(-1), ALL);
        Feed.Epoch epoch = feed.epoch(Order.sequential(IMAGES), 16, 5);
        NDManager scope = manager.newSubManager()) {
      NDArray images = epoch.next(scope);
      assertThat(images.getShape()).isEqualTo(new Shape(5, 2, 3, 4));
      assertThat(images.getDataType()).isEqualTo(DataType.UINT8);
      assertThat(images.getManager()).isSameAs(scope);
      assertThat(epoch.cursor()).isEqualTo(21);
      assertThat(epoch.next(scope).getShape()).isEqualTo(new Shape(2, 2, 3, 4));
      assertThat(epoch.hasNext()).isFalse();
      assertThatThrownBy(() -> epoch.next(scope)).isInstanceOf(NoSuchElementException.class);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> feed.epoch(Order.sequential(IMAGES), IMAGES + 1, 5))
          .withMessageContaining("0..23, found 5 and 24");
    }
  }

  @Test
  void leavesNothingBehindInItsManager() {
    for (long limit : new long[] {ALL, NONE}) {
      try (Feed feed = new Feed(manager, new Numbered(-1), limit)) {
        int before = handles();
        for (int round = 0; round < 3; round++) {
          drain(feed, Order.sequential(IMAGES), 0);
        }
        assertThat(handles()).isEqualTo(before);
      }
    }
  }

  @Test
  void outlivesAScopeItWasOpenedIn() {
    Feed feed;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      feed = new Feed(manager, new Numbered(-1).stored(), ALL);
    }
    assertThat(drain(feed, new int[] {3}, 0)[0]).isEqualTo((byte) (3 * 24));
    feed.close();
  }

  @Test
  void passesOnWhatReadingThrows() {
    Split broken = new Numbered(7);
    int before = handles();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Feed(manager, broken, ALL))
        .withMessage("image 7 is bad");
    assertThat(handles()).isEqualTo(before);
    try (Feed feed = new Feed(manager, broken, NONE);
        Feed.Epoch epoch = feed.epoch(Order.sequential(IMAGES), 0, 4)) {
      epoch.next(manager);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> epoch.next(manager))
          .withMessage("image 7 is bad");
    }
  }

  private int handles() {
    return manager.getManagedArrays().size();
  }

  private byte[] drain(Feed feed, int[] order, int from) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Feed.Epoch epoch = feed.epoch(order, from, 4)) {
      while (epoch.hasNext()) {
        try (NDManager scope = manager.newSubManager()) {
          bytes.writeBytes(epoch.next(scope).toByteArray());
        }
      }
    }
    return bytes.toByteArray();
  }

  /** Images [2, 3, 4] whose bytes count up; one of them may be unreadable. */
  private record Numbered(int bad) implements Split {
    @Override
    public int size() {
      return IMAGES;
    }

    @Override
    public int[] shape() {
      return new int[] {2, 3, 4};
    }

    @Override
    public void read(int index, byte[] into, int offset) {
      if (index == bad) {
        throw new IllegalArgumentException("image " + index + " is bad");
      }
      for (int i = 0; i < 24; i++) {
        into[offset + i] = (byte) (index * 24 + i);
      }
    }

    Split stored() {
      ByteBuffer all = ByteBuffer.allocateDirect(IMAGES * 24);
      for (int i = 0; i < IMAGES; i++) {
        all.put(DataFiles.read(this, i));
      }
      return new InMemory(shape(), all.flip());
    }
  }
}
