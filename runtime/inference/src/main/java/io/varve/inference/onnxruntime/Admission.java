package io.varve.inference.onnxruntime;

import io.varve.inference.onnxruntime.RequestStoppedException.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The requests under way; lets none in once it is closed. */
public final class Admission {
  private final Set<RunControl> running = new HashSet<>();
  private boolean closed;

  /** Nobody yet. */
  public Admission() {}

  /** Lets a request in; false if it is closed. */
  public synchronized boolean enter(RunControl request) {
    if (!closed) {
      running.add(request);
    }
    return !closed;
  }

  /** Ends a request. */
  public synchronized void leave(RunControl request) {
    running.remove(request);
    notifyAll();
  }

  /**
   * Lets nobody in any more and waits for those under way. When the limit has passed, or the thread
   * that waits is interrupted, they are told to stop.
   *
   * @param limit how long to wait for them; none: until they are done
   * @return whether this was the first call
   */
  public synchronized boolean close(Optional<Duration> limit) {
    long nanos = limit.map(RunControl::nanos).orElse(Long.MAX_VALUE);
    boolean first = !closed;
    closed = true;
    long start = System.nanoTime();
    boolean interrupted = false;
    while (!running.isEmpty()) {
      boolean late = System.nanoTime() - start >= nanos;
      if (late || interrupted) {
        running.forEach(request -> request.stop(Reason.CLOSED));
      }
      try {
        wait(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return first;
  }
}
