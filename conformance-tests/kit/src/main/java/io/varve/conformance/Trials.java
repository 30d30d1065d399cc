package io.varve.conformance;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.spi.Noise;
import io.varve.spi.Pass;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What contracts try components with: arrays and noise by seed, derivatives, refusals.
 *
 * <p>Rows have numbers: a row holds the same values and the same noise whatever stands beside it,
 * and wherever in a batch it stands.
 */
final class Trials {
  /** Of central differences in double precision: the error is of the order of 1e-9. */
  static final double STEP = 1e-5;

  /** The scopes and arrays of one check; on the CPU, where kits give equal results everywhere. */
  static NDManager manager() {
    return NDManager.newBaseManager(Device.cpu());
  }

  private Trials() {}

  /** The rows 0..count-1. */
  static int[] rows(int count) {
    return IntStream.range(0, count).toArray();
  }

  /** Standard normal numbers, [rows, event]. */
  static NDArray normal(NDManager manager, DataType type, Shape event, long seed, int... rows) {
    return filled(manager, type, event, seed, rows, SplittableRandom::nextGaussian);
  }

  /** Uniform numbers, never 0 or 1 in single precision either, [rows, event]. */
  static NDArray uniform(NDManager manager, DataType type, Shape event, long seed, int... rows) {
    return filled(manager, type, event, seed, rows, r -> (r.nextInt(1 << 22) + 0.5) / (1 << 22));
  }

  /** Whole numbers 0..levels-1, evenly spread, [rows, event]. */
  static NDArray grid(NDManager manager, DataType type, Probe.Input of, long seed, int... rows) {
    return filled(manager, type, of.event(), seed, rows, r -> r.nextInt(of.levels()));
  }

  /** Values of a probe's input, [rows, event]. */
  static NDArray input(NDManager manager, DataType type, Probe.Input of, long seed, int... rows) {
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
    return array(manager, type, values, new Shape(rows.length).addAll(event));
  }

  /** An array of numbers, which owns its memory. */
  static NDArray array(NDManager manager, DataType type, double[] values, Shape shape) {
    try (NDArray exact = manager.create(values, shape)) {
      // To the same type, DJL's toType shares the Java buffer, which goes with the first array.
      return type == DataType.FLOAT64 ? exact.duplicate() : exact.toType(type, true);
    }
  }

  /** Noise for these rows; the n-th array that a pass asks for is the same for the same seed. */
  static Noise noise(NDManager manager, DataType type, long seed, int... rows) {
    return new Noise() {
      private long asked;

      @Override
      public NDArray normal(Shape event) {
        return Trials.normal(manager, type, event, 7919 * seed + ++asked, rows);
      }

      @Override
      public NDArray uniform(Shape event) {
        return Trials.uniform(manager, type, event, 7919 * seed + ++asked, rows);
      }
    };
  }

  /** An evaluation pass for these rows, of code that reads no parameters. */
  static Pass pass(NDManager manager, DataType type, long seed, int... rows) {
    ParameterStore none = new ParameterStore(manager, false);
    return new Pass(manager, none, false, noise(manager, type, seed, rows));
  }

  /** The numbers of an array of any type. */
  static double[] doubles(NDArray array) {
    try (NDArray exact = array.toType(DataType.FLOAT64, true)) {
      return exact.toDoubleArray();
    }
  }

  /**
   * d f / d x by central differences, [element of x][element of f]; f gets arrays of x's shape.
   *
   * @param x float64
   * @param elements which elements of x to move, by their flat index
   */
  static double[][] differences(
      Function<NDArray, NDArray> f, NDArray x, double step, int... elements) {
    double[][] slopes = new double[elements.length][];
    for (int i = 0; i < elements.length; i++) {
      double[] above = moved(f, x, elements[i], step);
      double[] below = moved(f, x, elements[i], -step);
      Arrays.setAll(above, j -> (above[j] - below[j]) / (2 * step));
      slopes[i] = above;
    }
    return slopes;
  }

  private static double[] moved(Function<NDArray, NDArray> f, NDArray x, int element, double step) {
    double[] values = x.toDoubleArray();
    values[element] += step;
    try (NDManager scope = x.getManager().newSubManager()) {
      return doubles(f.apply(array(scope, DataType.FLOAT64, values, x.getShape())));
    }
  }

  /**
   * What a call returns, or nothing if it refuses its arguments as it should.
   *
   * @param what is called, for messages
   * @throws AssertionError if it refuses them in another way
   */
  static <T> Optional<T> unlessRefused(String what, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      Contract.require(
          e.getMessage() != null && message.strip().lines().count() == 1,
          "%s is refused with the message '%s', expected one line that says what is wrong"
              .formatted(what, message.replace("\n", "\\n")));
      return Optional.empty();
    } catch (RuntimeException e) {
      throw new AssertionError(
          "%s throws %s, expected a result or an IllegalArgumentException of one line"
              .formatted(what, e),
          e);
    }
  }

  /** A number as messages show it. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.5g", value);
  }
}
