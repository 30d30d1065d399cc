package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AsideTest {
  @Test
  void throwsWhatTheComputationThrew() {
    RuntimeException refused = new IllegalArgumentException("refused");
    Error deep = new StackOverflowError();
    Supplier<Integer> refusing =
        () -> {
          throw refused;
        };
    Supplier<Integer> failing =
        () -> {
          throw deep;
        };
    assertThatThrownBy(new Aside<>("test", refusing)::result).isSameAs(refused);
    assertThatThrownBy(new Aside<>("test", failing)::result).isSameAs(deep);
  }

  /** Neither gets on before the other has begun. */
  @Test
  void runsBesideItsCaller() throws InterruptedException {
    CountDownLatch caller = new CountDownLatch(1);
    CountDownLatch aside = new CountDownLatch(1);
    Aside<String> other =
        new Aside<>(
            "test",
            () -> {
              aside.countDown();
              await(caller);
              return Thread.currentThread().getName();
            });
    aside.await();
    caller.countDown();
    assertThat(other.result()).isEqualTo("test");
  }

  @Test
  void waitsWhateverInterrupts() {
    CountDownLatch never = new CountDownLatch(1);
    Aside<Boolean> aside = new Aside<>("test", () -> await(never));
    new Aside<>(
        "later",
        () -> {
          sleep(200);
          never.countDown();
          return true;
        });
    Thread.currentThread().interrupt();
    assertThat(aside.result()).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
