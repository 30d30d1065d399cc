package io.varve.inference;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A request on a thread of the caller's executor. Cancelling it interrupts that thread while it
 * works on the request, and at no other time.
 */
final class PendingRequest<T> extends CompletableFuture<T> {
  private Thread worker;

  static <T> PendingRequest<T> start(
      Bundle bundle, Executor executor, Function<Bundle, T> request) {
    PendingRequest<T> pending = new PendingRequest<>();
    executor.execute(() -> pending.work(() -> request.apply(bundle)));
    return pending;
  }

  /** What is to be computed. */
  private interface Work<T> {
    T compute();
  }

  private void work(Work<T> work) {
    synchronized (this) {
      if (isDone()) {
        return; // cancelled before it began
      }
      worker = Thread.currentThread();
    }
    try {
      complete(work.compute());
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
    } finally {
      synchronized (this) {
        worker = null;
        if (isCancelled()) {
          Thread.interrupted(); // meant for this request, not for the executor's next task
        }
      }
    }
  }

  /**
   * Cancels the request; one under way is stopped.
   *
   * @param mayInterrupt is not looked at: what is cancelled is always stopped
   */
  @Override
  public boolean cancel(boolean mayInterrupt) {
    boolean cancelled = super.cancel(mayInterrupt);
    synchronized (this) {
      if (cancelled && worker != null) {
        worker.interrupt();
      }
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
