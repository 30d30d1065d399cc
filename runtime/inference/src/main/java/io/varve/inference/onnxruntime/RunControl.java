package io.varve.inference.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.varve.inference.onnxruntime.RequestStoppedException.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One request under way: its thread, until when it may run, and whether it is to stop. Native code
 * sees neither an interrupt nor a clock, so another thread looks at both every few milliseconds.
 */
public final class RunControl implements AutoCloseable {
  private static final Watcher WATCHER = new Watcher();

  private final Thread thread = Thread.currentThread();
  private final long start = System.nanoTime();
  private final long nanos;
  private final OrtSession.RunOptions options;
  private Reason reason;
  private boolean closed;

  /**
   * Begins a request on this thread.
   *
   * @param timeout how long it may take; none: for ever
   * @param shrinking whether ONNX Runtime gives memory back after each run
   */
  public RunControl(Optional<Duration> timeout, boolean shrinking) {
    this.nanos = timeout.map(RunControl::nanos).orElse(Long.MAX_VALUE);
    try {
      this.options = new OrtSession.RunOptions();
      // What went wrong is in the exception; the log would show it to the terminal as it stands.
      options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      if (shrinking) {
        options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + OnnxRuntime.reason(e), e);
    }
    WATCHER.watch(this);
  }

  /** A time too long for nanoseconds is for ever. */
  static long nanos(Duration time) {
    return time.toSeconds() >= Long.MAX_VALUE / 1_000_000_000 ? Long.MAX_VALUE : time.toNanos();
  }

  /**
   * Runs a session on tensors, writing into others.
   *
   * @throws RequestStoppedException if the request is to stop
   */
  public void run(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
      throws OrtException {
    check();
    try {
      session.run(inputs, Set.of(), outputs, options).close();
    } catch (OrtException e) {
      check(e);
      throw e;
    }
  }

  /**
   * Stops here if the request is to stop.
   *
   * @throws RequestStoppedException then
   */
  public void check() {
    look();
    check(null);
  }

  private synchronized void check(Throwable cause) {
    if (reason != null) {
      throw new RequestStoppedException(reason, (System.nanoTime() - start) * 1e-9, cause);
    }
  }

  /** Tells the request to stop as soon as it can, from any thread. */
  public synchronized void stop(Reason why) {
    if (reason == null && !closed) {
      reason = why;
      try {
        options.setTerminate(true);
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + OnnxRuntime.reason(e), e);
      }
    }
  }

  private void look() {
    if (thread.isInterrupted()) {
      stop(Reason.INTERRUPTED);
    } else if (System.nanoTime() - start >= nanos) {
      stop(Reason.TIMEOUT);
    }
  }

  /** Ends the request. */
  @Override
  public void close() {
    WATCHER.forget(this);
    synchronized (this) {
      if (!closed) {
        closed = true;
        options.close();
      }
    }
  }

  /** One thread for all requests, which is there as long as there are any and a little longer. */
  private static final class Watcher implements Runnable {
    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LINGER = TimeUnit.SECONDS.toNanos(5);

    private final Set<RunControl> running = ConcurrentHashMap.newKeySet();
    private Thread watcher;
    private volatile boolean idle;

    void watch(RunControl request) {
      running.add(request);
      synchronized (this) {
        if (watcher == null) {
          watcher = new Thread(this, "varve-inference-watcher");
          watcher.setDaemon(true);
          watcher.setContextClassLoader(null);
          watcher.start();
        } else if (idle) {
          LockSupport.unpark(watcher);
        }
      }
    }

    void forget(RunControl request) {
      running.remove(request);
    }

    @Override
    public void run() {
      while (isNeeded()) {
        running.forEach(RunControl::look);
        LockSupport.parkNanos(this, EVERY);
      }
    }

    private boolean isNeeded() {
      idle = true; // before it looks, so that nobody who comes later is missed
      if (running.isEmpty()) {
        LockSupport.parkNanos(this, LINGER);
      }
      idle = false;
      synchronized (this) {
        if (running.isEmpty()) {
          watcher = null; // the next request starts another
        }
        return watcher != null;
      }
    }
  }
}
