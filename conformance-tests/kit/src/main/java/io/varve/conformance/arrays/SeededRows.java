package io.varve.conformance.arrays;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Arrays and noise by seed, which components are tried with.
 *
 * <p>Rows have numbers: a row holds the same values and the same noise whatever stands beside it,
 * and wherever in a batch it stands.
 */
public final class SeededRows {
  /** Owns the arrays of one check. On the CPU the results are the same on every machine. */
  public static NDManager manager() {
    return NDManager.newBaseManager(Device.cpu());
  }

  private SeededRows() {}

  /** The rows 0..count-1. */
  public static int[] rows(int count) {
    return IntStream.range(0, count).toArray();
  }

  /** Standard normal numbers, [rows, event]. */
  public static NDArray normal(
      NDManager manager, DataType type, Shape event, long seed, int... rows) {
    return filled(manager, type, event, seed, rows, SplittableRandom::nextGaussian);
  }

  /** Uniform numbers, never 0 or 1 in single precision either, [rows, event]. */
  public static NDArray uniform(
      NDManager manager, DataType type, Shape event, long seed, int... rows) {
    return filled(manager, type, event, seed, rows, r -> (r.nextInt(1 << 22) + 0.5) / (1 << 22));
  }

  /** Whole numbers 0..levels-1, evenly spread, [rows, event]. */
  public static NDArray grid(
      NDManager manager, DataType type, Probe.Input of, long seed, int... rows) {
    return filled(manager, type, of.event(), seed, rows, r -> r.nextInt(of.levels()));
  }

  /** Values of a probe's input, [rows, event]. */
  public static NDArray input(
      NDManager manager, DataType type, Probe.Input of, long seed, int... rows) {
    if (of.levels() == Probe.Input.UNIT) {
      return uniform(manager, type, of.event(), seed, rows);
    }
    return of.real()
        ? normal(manager, type, of.event(), seed, rows)
        : grid(manager, type, of, seed, rows);
  }

  private static NDArray filled(
      NDManager manager,
      DataType type,
      Shape event,
      long seed,
      int[] rows,
      Function<SplittableRandom, ? extends Number> next) {
    int size = Math.toIntExact(event.size());
    double[] values = new double[rows.length * size];
    for (int i = 0; i < rows.length; i++) {
      SplittableRandom random = new SplittableRandom(1_000_003 * seed + rows[i]);
      for (int j = 0; j < size; j++) {
        values[i * size + j] = next.apply(random).doubleValue();
      }
    }
    return Numbers.array(manager, type, values, new Shape(rows.length).addAll(event));
  }

  /** Noise for these rows; the n-th array that a pass asks for is the same for the same seed. */
  public static Noise noise(NDManager manager, DataType type, long seed, int... rows) {
    return new Noise() {
      private long asked;

      @Override
      public NDArray normal(Shape event) {
        return SeededRows.normal(manager, type, event, 7919 * seed + ++asked, rows);
      }

      @Override
      public NDArray uniform(Shape event) {
        return SeededRows.uniform(manager, type, event, 7919 * seed + ++asked, rows);
      }
    };
  }

  /** An evaluation pass for these rows, of code that reads no parameters. */
  public static Pass pass(NDManager manager, DataType type, long seed, int... rows) {
    ParameterStore none = new ParameterStore(manager, false);
    return new Pass(manager, none, false, noise(manager, type, seed, rows));
  }
}
