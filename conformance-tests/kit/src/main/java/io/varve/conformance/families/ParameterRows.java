package io.varve.conformance.families;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.SeededRows;
import io.varve.spi.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Numbers for the parameters of a family, on the host: each row gives one distribution.
 *
 * @param name for messages
 * @param rows how many members
 * @param shapes of the parameter arrays, without rows
 * @param values of the parameter arrays, [rows, shape] each
 */
record ParameterRows(String name, int rows, List<Shape> shapes, List<double[]> values) {
  /** Where clips, exponentials and squares give way in single precision. */
  private static final double[] EXTREMES = {-1e4, -50, -7, -1, 0, 1, 7, 50, 1e4};

  /** Above, not every combination of extremes is tried. */
  private static final int MOST_CORNERS = 729;

  /** All-zero parameters. */
  static ParameterRows zero(List<Parameters> needs, int rows) {
    return filled("all-zero parameters", needs, rows, (row, array) -> () -> 0);
  }

  /** Independent N(0, 1). */
  static ParameterRows random(List<Parameters> needs, int rows, long seed) {
    String name = "standard normal parameters of seed " + seed;
    return filled(
        name,
        needs,
        rows,
        (row, array) -> new SplittableRandom(mixed(seed, array, row))::nextGaussian);
  }

  /** Every element one of the extremes. */
  static ParameterRows extreme(List<Parameters> needs, int rows, long seed) {
    return filled(
        "extreme parameters",
        needs,
        rows,
        (row, array) -> {
          SplittableRandom random = new SplittableRandom(mixed(seed, array, row));
          return () -> EXTREMES[random.nextInt(EXTREMES.length)];
        });
  }

  /** Every combination of extremes, each parameter array being constant; or some, if too many. */
  static ParameterRows corners(List<Parameters> needs) {
    double all = Math.pow(EXTREMES.length, needs.size());
    SplittableRandom random = new SplittableRandom(3);
    int rows = (int) Math.min(all, MOST_CORNERS);
    int[][] digits = new int[rows][needs.size()];
    for (int row = 0; row < rows; row++) {
      for (int array = 0, rest = row; array < needs.size(); array++, rest /= EXTREMES.length) {
        digits[row][array] =
            (all > rows ? random.nextInt(EXTREMES.length) : rest) % EXTREMES.length;
      }
    }
    return filled(
        "extreme parameters", needs, rows, (row, array) -> () -> EXTREMES[digits[row][array]]);
  }

  /** Where learned constants start, one row; whatever is random there is seeded. */
  static ParameterRows start(List<Parameters> needs) {
    List<double[]> values = new ArrayList<>();
    try (NDManager scope = SeededRows.manager()) {
      scope.getEngine().setRandomSeed(11);
      for (Parameters each : needs) {
        values.add(Numbers.of(each.start().initialize(scope, each.shape(), DataType.FLOAT32)));
      }
    }
    return new ParameterRows(
        "the start", 1, needs.stream().map(Parameters::shape).toList(), values);
  }

  @FunctionalInterface
  private interface Source {
    DoubleSupplier of(int row, int array);
  }

  private static long mixed(long seed, int array, int row) {
    return (seed * 31 + array) * 1_000_003L + row;
  }

  private static ParameterRows filled(
      String name, List<Parameters> needs, int rows, Source source) {
    List<Shape> shapes = needs.stream().map(Parameters::shape).toList();
    List<double[]> values = new ArrayList<>();
    for (int array = 0; array < shapes.size(); array++) {
      int size = Math.toIntExact(shapes.get(array).size());
      double[] numbers = new double[rows * size];
      for (int row = 0; row < rows; row++) {
        DoubleSupplier next = source.of(row, array);
        for (int i = 0; i < size; i++) {
          numbers[row * size + i] = next.getAsDouble();
        }
      }
      values.add(numbers);
    }
    return new ParameterRows(name, rows, shapes, values);
  }

  /** One of the rows. */
  ParameterRows row(int row) {
    return pick(new int[] {row});
  }

  /** Every row so many times, one after the other. */
  ParameterRows repeat(int times) {
    return pick(IntStream.range(0, rows * times).map(i -> i / times).toArray());
  }

  private ParameterRows pick(int[] which) {
    List<double[]> picked = new ArrayList<>();
    for (int array = 0; array < shapes.size(); array++) {
      int size = Math.toIntExact(shapes.get(array).size());
      double[] numbers = new double[which.length * size];
      for (int i = 0; i < which.length; i++) {
        System.arraycopy(values.get(array), which[i] * size, numbers, i * size, size);
      }
      picked.add(numbers);
    }
    return new ParameterRows(name, which.length, shapes, picked);
  }

  /** All parameters moved by so many times a fixed direction of N(0, 1). */
  ParameterRows moved(double step, long seed) {
    List<double[]> moved = new ArrayList<>();
    for (int array = 0; array < shapes.size(); array++) {
      SplittableRandom random = new SplittableRandom(mixed(seed, array, 0));
      moved.add(
          Arrays.stream(values.get(array)).map(v -> v + step * random.nextGaussian()).toArray());
    }
    return new ParameterRows(name, rows, shapes, moved);
  }

  /** The parameter arrays, [rows, shape] each. */
  NDList arrays(NDManager manager, DataType type) {
    NDList arrays = new NDList();
    for (int i = 0; i < shapes.size(); i++) {
      NDArray array =
          Numbers.array(manager, type, values.get(i), new Shape(rows).addAll(shapes.get(i)));
      arrays.add(array);
    }
    return arrays;
  }

  /** For messages: the numbers of one row, a few of each array. */
  String at(int row) {
    if (shapes.isEmpty()) {
      return "no parameters";
    }
    return name
        + IntStream.range(0, shapes.size())
            .mapToObj(array -> few(array, row))
            .collect(Collectors.joining(", ", " (", ")"));
  }

  private String few(int array, int row) {
    int size = Math.toIntExact(shapes.get(array).size());
    String text =
        IntStream.range(row * size, row * size + Math.min(size, 3))
            .mapToObj(i -> Numbers.text(values.get(array)[i]))
            .collect(Collectors.joining(" "));
    return size > 3 ? text + " ..." : text;
  }
}
