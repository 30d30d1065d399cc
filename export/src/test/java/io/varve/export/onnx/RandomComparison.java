package io.varve.export.onnx;

import ai.djl.ndarray.NDManager;
import io.varve.export.onnx.check.EagerTrace;
import io.varve.export.onnx.check.ParityGate;
import io.varve.inference.file.Safetensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Compares the outputs of a random program element by element.
 *
 * <p>Whole numbers and flags must be equal, and fractions equal to a few units in the last place.
 * What misses that is judged by Monte Carlo arithmetic (Parker 1997): DJL runs the program again
 * with its operands and results disturbed by some rounding errors, and an element may differ as far
 * as rounding alone moves it. So an ill-conditioned or discontinuous program is not blamed on the
 * exporter, and a well-conditioned one is held to single precision.
 */
final class RandomComparison {
  /** Eight units in the last place, in which exp and tanh of two libraries differ. */
  private static final double SINGLE = Math.scalb(1.0, -20);

  private static final double DOUBLE = Math.scalb(1.0, -48);

  private static final int DISTURBED_RUNS = 32;

  /** Errors that all go one way exceed those drawn at random. */
  private static final double MARGIN = 16;

  private static final double UNDECIDED = 0.01;

  /** Denormals are rounded to far fewer digits. */
  private static final double SMALLEST = 1e-35;

  /**
   * How many elements were compared.
   *
   * @param judged how many of them by Monte Carlo arithmetic
   * @param undecided how many of those were at the mercy of rounding: by more than a hundredth of
   *     the largest number of the output
   */
  record Counts(long elements, long judged, long undecided) {
    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts more) {
      return new Counts(elements + more.elements, judged + more.judged, undecided + more.undecided);
    }
  }

  private final RandomProgram program;
  private final ParityGate.Vectors expected;
  private final NDManager manager;

  /** The outputs of each disturbed run so far. */
  private final List<List<double[]>> disturbed = new ArrayList<>();

  private long elements;
  private long judged;
  private long undecided;

  RandomComparison(RandomProgram program, ParityGate.Vectors expected, NDManager manager) {
    this.program = program;
    this.expected = expected;
    this.manager = manager;
  }

  Counts counts() {
    return new Counts(elements, judged, undecided);
  }

  /** A double cannot hold all of an INT64, but it can hold either half. */
  private static String type(Safetensors.Entry entry) {
    return entry.type().equals("I64") ? "I32" : entry.type();
  }

  /** How an output differs from that of DJL, if it does. */
  Optional<String> difference(int output, ByteBuffer bytes) {
    Safetensors.Entry wanted = expected.outputs().get(output);
    String type = type(wanted);
    double[] found = Elements.of(type, bytes);
    double[] exact = Elements.of(type, wanted.data());
    double tolerance =
        switch (type) {
          case "F32" -> SINGLE;
          case "F64" -> DOUBLE;
          default -> 0;
        };
    elements += exact.length;
    for (int i = 0; i < exact.length; i++) {
      if (!close(found[i], exact[i], tolerance * Math.abs(exact[i]))) {
        judged++;
        if (!explained(found[i], exact, tolerance, new Place(output, i))) {
          return Optional.of(report(found[i], exact[i], new Place(output, i)));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean close(double found, double exact, double tolerance) {
    if (Double.isFinite(found) && Double.isFinite(exact)) {
      return Math.abs(found - exact) <= tolerance + SMALLEST;
    }
    return Double.compare(found, exact) == 0;
  }

  private record Place(int output, int element) {}

  private String report(double found, double exact, Place place) {
    double[] noisy = IntStream.range(0, 4).mapToDouble(run -> other(run, place)).toArray();
    return "["
        + place.element
        + "] is "
        + found
        + ", in DJL "
        + exact
        + ", there with rounding noise "
        + Arrays.toString(noisy);
  }

  /**
   * Whether rounding alone moves an element that far, or from side to side of a threshold. Most
   * that it does move are so in the first few runs.
   */
  private boolean explained(double found, double[] expected, double tolerance, Place place) {
    double exact = expected[place.element];
    double spread = 0;
    for (int run = 0; run < DISTURBED_RUNS; run++) {
      double other = other(run, place);
      if (Double.isFinite(other) != Double.isFinite(exact) || (tolerance == 0 && other != exact)) {
        undecided++;
        return true;
      }
      spread = Math.max(spread, Math.abs(other - exact));
      if (close(found, exact, tolerance * Math.abs(exact) + MARGIN * spread)) {
        undecided += spread > UNDECIDED * largest(expected) ? 1 : 0;
        return true;
      }
    }
    return false;
  }

  private static double largest(double[] numbers) {
    return DoubleStream.of(numbers).filter(Double::isFinite).map(Math::abs).max().orElse(0);
  }

  /** An element in a run with rounding errors; shapes may follow values, and then it has none. */
  private double other(int run, Place place) {
    while (disturbed.size() <= run) {
      disturbed.add(disturb(disturbed.size()));
    }
    double[] elements = disturbed.get(run).get(place.output);
    return place.element < elements.length ? elements[place.element] : Double.NaN;
  }

  private List<double[]> disturb(int run) {
    RandomNoise noise = new RandomNoise(Elements.random(run));
    ParityGate.Vectors vectors =
        EagerTrace.run(
            trace -> program.run(trace, noise), program.values(), expected.batch(), manager);
    return vectors.outputs().stream().map(entry -> Elements.of(type(entry), entry.data())).toList();
  }
}
