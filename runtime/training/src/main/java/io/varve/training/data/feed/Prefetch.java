package io.varve.training.data.feed;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * An iterator whose elements a daemon thread prepares ahead, at most {@code depth} of them. What
 * the source throws is thrown by the call that would have returned the element.
 */
final class Prefetch<T> implements Iterator<T>, AutoCloseable {
  /** An element, or what was thrown instead, or neither: the end. */
  private record Item<T>(Optional<T> value, Optional<Throwable> failure) {}

  private final BlockingQueue<Item<T>> queue;
  private final Thread thread;
  private volatile boolean closed;
  private Optional<Item<T>> head = Optional.empty();

  /** Starts to draw from {@code source}, which from now on belongs to the thread. */
  Prefetch(Iterator<T> source, int depth) {
    queue = new ArrayBlockingQueue<>(depth);
    thread = new Thread(() -> produce(source), "varve-prefetch");
    thread.setDaemon(true);
    thread.start();
  }

  private void produce(Iterator<T> source) {
    try {
      Item<T> item;
      do {
        item = draw(source);
        if (closed) {
          return;
        }
        queue.put(item);
      } while (item.value().isPresent());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> Item<T> draw(Iterator<T> source) {
    try {
      return new Item<>(
          source.hasNext() ? Optional.of(source.next()) : Optional.empty(), Optional.empty());
    } catch (RuntimeException | Error e) {
      return new Item<>(Optional.empty(), Optional.of(e));
    }
  }

  @Override
  public boolean hasNext() {
    Item<T> item = head();
    return item.value().isPresent() || item.failure().isPresent();
  }

  @Override
  public T next() {
    Item<T> item = head();
    if (item.failure().isPresent()) {
      if (item.failure().get() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) item.failure().get();
    }
    T value = item.value().orElseThrow(() -> new NoSuchElementException("no batch is left"));
    head = Optional.empty();
    return value;
  }

  private Item<T> head() {
    if (closed) {
      throw new IllegalStateException("the prefetch is closed");
    }
    if (head.isEmpty()) {
      try {
        head = Optional.of(queue.take());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for data", e);
      }
    }
    return head.get();
  }

  /** Stops the thread and waits for it; what it had prepared is dropped. */
  @Override
  public void close() {
    closed = true;
    queue.clear(); // makes room for the one put that may be under way
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
