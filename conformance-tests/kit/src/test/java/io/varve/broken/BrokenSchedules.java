package io.varve.broken;

import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import java.util.concurrent.atomic.AtomicLong;
import org.pf4j.Extension;

/** Schedules with a mistake. */
public final class BrokenSchedules {
  private BrokenSchedules() {}

  /** Counts its calls in place of reading the step. */
  @Breaks("S2")
  @Named("counting")
  @Extension
  public record Counting() implements Schedule {
    private static final AtomicLong CALLS = new AtomicLong();

    @Override
    public double at(Progress progress) {
      return 1.0 / (1 + CALLS.getAndIncrement());
    }
  }

  /** Smooths its values over the calls so far. */
  @Breaks("S2")
  @Named("smoothed")
  @Extension
  public record Smoothed() implements Schedule {
    private static final double[] LAST = {0};

    @Override
    public double at(Progress progress) {
      LAST[0] = 0.9 * LAST[0] + 0.1 * Math.exp(-progress.epoch());
      return LAST[0];
    }
  }

  /** A square-root decay to zero that goes on past its end. */
  @Breaks("S1")
  @Named("square-root")
  @Extension
  public record SquareRoot() implements Schedule {
    @Override
    public double at(Progress progress) {
      return Math.sqrt(1 - progress.epoch() / 10); // the root of a negative number past epoch 10
    }
  }

  /** 1 / sqrt(step), with nothing said of step 0. */
  @Breaks("S1")
  @Named("inverse-square-root")
  @Extension
  public record InverseSquareRoot() implements Schedule {
    @Override
    public double at(Progress progress) {
      return 1 / Math.sqrt((double) progress.step());
    }
  }

  /** One value for each whole epoch, and no value past the last. */
  @Breaks("S1")
  @Named("table")
  @Extension
  public record Table() implements Schedule {
    private static final double[] VALUES = {1, 0.5, 0.25};

    @Override
    public double at(Progress progress) {
      return VALUES[(int) progress.epoch()];
    }
  }
}
