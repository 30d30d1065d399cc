package io.varve.training.data.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PrefetchTest {
  @Test
  void handsOnEverythingInOrder() {
    List<Integer> all = IntStream.range(0, 500).boxed().toList();
    try (Prefetch<Integer> prefetch = new Prefetch<>(all.iterator(), 2)) {
      for (int expected : all) {
        assertThat(prefetch.hasNext()).isTrue();
        assertThat(prefetch.next()).isEqualTo(expected);
      }
      assertThat(prefetch.hasNext()).isFalse();
      assertThatThrownBy(prefetch::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void throwsWhatTheSourceThrewInItsPlace() {
    for (Throwable failure : List.of(new IllegalArgumentException("bad"), new OutOfMemoryError())) {
      try (Prefetch<Integer> prefetch = new Prefetch<>(failingAt(3, failure), 8)) {
        for (int i = 0; i < 3; i++) {
          assertThat(prefetch.next()).isEqualTo(i);
        }
        assertThatThrownBy(prefetch::next).isSameAs(failure);
        assertThatThrownBy(prefetch::next).isSameAs(failure);
      }
    }
  }

  @Test
  void readsAheadNoFurtherThanItsDepth() throws InterruptedException {
    AtomicInteger drawn = new AtomicInteger();
    Iterator<Integer> endless = IntStream.generate(drawn::incrementAndGet).iterator();
    try (Prefetch<Integer> prefetch = new Prefetch<>(endless, 2)) {
      assertThat(prefetch.next()).isEqualTo(1);
      Thread.sleep(100);
      assertThat(drawn.get()).isLessThanOrEqualTo(4); // one taken, two queued, one in hand
    }
  }

  @Test
  void stopsItsThreadWhenClosed() {
    for (int round = 0; round < 200; round++) {
      Prefetch<Integer> prefetch =
          new Prefetch<>(IntStream.generate(() -> 1).boxed().iterator(), 1);
      if (round % 2 == 0) {
        prefetch.next();
      }
      prefetch.close();
      assertThatThrownBy(prefetch::hasNext).isInstanceOf(IllegalStateException.class);
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("varve-prefetch"));
  }

  private static Iterator<Integer> failingAt(int end, Throwable failure) {
    return IntStream.iterate(0, i -> i + 1)
        .peek(
            i -> {
              if (i == end) {
                throwAs(failure);
              }
            })
        .boxed()
        .iterator();
  }

  private static void throwAs(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
