package io.varve.inference.bundle;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** A computation on a thread of its own while something else is done. It ends by itself. */
public final class Aside<T> {
  private final FutureTask<T> task;

  /** Begins. */
  public Aside(String name, Supplier<T> computation) {
    task = new FutureTask<>(computation::get);
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for the result, also when interrupted, and throws what the computation threw. */
  public T result() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause(); // a supplier throws no other
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
