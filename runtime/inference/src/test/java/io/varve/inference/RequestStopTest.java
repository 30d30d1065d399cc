package io.varve.inference;

import static io.varve.inference.RequestTest.SEED;
import static io.varve.inference.RequestTest.images;
import static io.varve.inference.RequestTest.onCpu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.inference.onnxruntime.RequestStoppedException;
import io.varve.inference.onnxruntime.RequestStoppedException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests end early: in time, by an interrupt, because the bundle is closed or nobody waits. */
@Timeout(60)
class RequestStopTest {
  /** So many samples of one image take hours. */
  private static final int ENDLESS = Integer.MAX_VALUE;

  @TempDir private Path folder;

  @BeforeEach
  void write() {
    TinyBundle.write(folder);
  }

  /** A request that ends only when it is stopped, on a thread of its own. */
  private static final class Endless extends Thread {
    private final Bundle bundle;
    private volatile Reason reason;

    Endless(Bundle bundle) {
      this.bundle = bundle;
      start();
    }

    @Override
    public void run() {
      reason = stopped(() -> bundle.importanceBound(images(1), ENDLESS, SEED));
    }
  }

  @Test
  void stopsWhenTheTimeIsUp() {
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      Request request = Request.of(SEED).withTimeout(Duration.ofMillis(200));
      assertThat(stopped(() -> bundle.importanceBound(images(1), ENDLESS, request)))
          .isEqualTo(Reason.TIMEOUT);
      assertThat(bundle.score(images(2), request).bound()).hasSize(2); // it goes on
    }
    try (Bundle bundle = Bundle.open(folder, onCpu().withTimeout(Duration.ofMillis(200)))) {
      assertThat(stopped(() -> bundle.importanceBound(images(1), ENDLESS, SEED)))
          .isEqualTo(Reason.TIMEOUT);
    }
  }

  @Test
  void stopsWhenItsThreadIsInterrupted() throws InterruptedException {
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      Endless worker = new Endless(bundle);
      Thread.sleep(100);
      worker.interrupt();
      worker.join();
      assertThat(worker.reason).isEqualTo(Reason.INTERRUPTED);
    }
  }

  @Test
  void closesInTimeAndLetsNobodyIn() throws InterruptedException {
    Bundle bundle = Bundle.open(folder, onCpu());
    Endless worker = new Endless(bundle);
    Thread.sleep(100);
    Thread closer = new Thread(() -> bundle.close(Duration.ofMillis(500)));
    closer.start();
    Thread.sleep(100);
    // refused while closing still waits
    assertThatThrownBy(() -> bundle.score(images(1), SEED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(closer.isAlive()).isTrue();
    closer.join();
    worker.join();
    assertThat(worker.reason).isEqualTo(Reason.CLOSED);
    bundle.close();
  }

  @Test
  void waitsWithoutEndWhereTheLimitIsLongerThanTime() throws InterruptedException {
    Bundle bundle = Bundle.open(folder, onCpu().withTimeout(Duration.ofMillis(200)));
    Endless worker = new Endless(bundle);
    Thread.sleep(50);
    bundle.close(Duration.ofSeconds(Long.MAX_VALUE));
    worker.join();
    assertThat(worker.reason).isEqualTo(Reason.TIMEOUT);
  }

  @Test
  void saysWhereItsThreadIsInterruptedWhileItOpens() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Bundle.open(folder, onCpu()))
        .hasMessageContaining("this thread was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void answersOnOtherThreadsAndCanBeCancelled() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    CountDownLatch begun = new CountDownLatch(1);
    try (Bundle bundle = Bundle.open(folder, onCpu())) {
      float[] direct = bundle.score(images(3), SEED).bound();
      CompletableFuture<Score> score = bundle.async(b -> b.score(images(3), SEED), executor);
      assertThat(score.get().bound()).isEqualTo(direct);
      CompletableFuture<double[]> endless =
          bundle.async(
              b -> {
                begun.countDown();
                return b.importanceBound(images(1), ENDLESS, SEED);
              },
              executor);
      CompletableFuture<Score> never = bundle.async(b -> b.score(images(1), SEED), executor);
      begun.await();
      assertThat(never.cancel(true)).isTrue();
      assertThat(endless.cancel(true)).isTrue();
      assertThatThrownBy(endless::join).isInstanceOf(CancellationException.class);
      // The thread is free again, and nobody has interrupted what it does next.
      assertThat(
              bundle
                  .async(b -> b.score(images(3), SEED), executor)
                  .get(20, TimeUnit.SECONDS)
                  .bound())
          .isEqualTo(direct);
      assertThat(bundle.async(b -> b.score(new byte[1], SEED), executor))
          .failsWithin(Duration.ofSeconds(20));
    } finally {
      executor.shutdownNow();
    }
  }

  private static Reason stopped(ThrowingCallable request) {
    return catchThrowableOfType(RequestStoppedException.class, request).reason();
  }
}
