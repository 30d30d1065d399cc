package io.varve.conformance.bijectors;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.Rule;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Rule B2: forward and inverse undo each other. */
public final class InverseRules {
  private static final int BATCH = 5;

  private static final double EXTREME = 2;

  /** Beyond these, a map may overflow or lose its argument to rounding. */
  private static final double ORDINARY = 10;

  private final BijectorProbes probes;
  private final NDManager manager;

  InverseRules(BijectorProbes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  /**
   * In which numbers a map is undone.
   *
   * @param jitter how far parameters are from where they start
   * @param ulp what a value may be off before it is mapped back, relative to the largest of its
   *     row: some tens of roundings
   * @param allowed what may come back wrong, besides what that makes of it
   */
  private record Precision(DataType type, double jitter, double ulp, double allowed) {
    boolean extreme() {
      return jitter == EXTREME;
    }

    @Override
    public String toString() {
      String at = jitter == 0 ? "at the start" : extreme() ? "at extreme parameters" : "";
      return (type + " " + at).strip();
    }
  }

  private static final List<Precision> PRECISIONS =
      List.of(
          new Precision(DataType.FLOAT64, 0, 1e-13, 1e-9),
          new Precision(DataType.FLOAT64, ProbeParameters.JITTER, 1e-13, 1e-9),
          new Precision(DataType.FLOAT64, EXTREME, 1e-13, 1e-9),
          new Precision(DataType.FLOAT32, ProbeParameters.JITTER, 5e-6, 1e-5));

  /** Where even extreme conditions must not excuse an error. */
  private static final double CAP = 1e-2;

  @Rule
  void b2_inverseUndoesForward() {
    requireUndone(true);
  }

  @Rule
  void b2_forwardUndoesInverse() {
    requireUndone(false);
  }

  private void requireUndone(boolean forward) {
    for (BuiltBijection built : probes.built()) {
      for (Precision precision : PRECISIONS) {
        ProbeParameters parameters = probes.parameters(precision.type(), precision.jitter());
        try (NDManager scope = manager.newSubManager()) {
          NDArray x = values(built, forward, precision.type(), scope);
          requireUndone(built, parameters, precision, forward, x);
        }
      }
    }
  }

  /** Rows of ordinary numbers, then rows of numbers that often show mistakes. */
  private NDArray values(BuiltBijection built, boolean forward, DataType type, NDManager scope) {
    NDArray ordinary = built.values(scope, type, forward, 1, SeededRows.rows(BATCH));
    double[] edges =
        (forward ? built.domain() : built.range()) == 0
            ? edges()
            : new double[] {0.5, 1e-3, 1 - 1e-3};
    int size = Math.toIntExact(built.event().size());
    double[] rows = new double[edges.length * size];
    for (int i = 0; i < edges.length; i++) {
      Arrays.fill(rows, i * size, (i + 1) * size, edges[i]);
    }
    Shape shape = new Shape(edges.length).addAll(built.event());
    return ordinary.concat(Numbers.array(scope, type, rows, shape), 0);
  }

  /**
   * Zero, where maps turn; whole numbers and the component's own numbers, where knots lie; large
   * numbers.
   */
  private double[] edges() {
    List<Double> edges = new ArrayList<>(List.of(0.0, 1.0, 2.0, 3.0, 5.0, ORDINARY, 1e3));
    for (RecordComponent component :
        probes.subject().component().getClass().getRecordComponents()) {
      try {
        if (component.getAccessor().invoke(probes.subject().component()) instanceof Number number) {
          edges.add(number.doubleValue());
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component + " cannot be read", e);
      }
    }
    return edges.stream().flatMap(e -> List.of(e, -e).stream()).mapToDouble(e -> e).toArray();
  }

  private static void requireUndone(
      BuiltBijection built,
      ProbeParameters parameters,
      Precision precision,
      boolean forward,
      NDArray x) {
    NDManager scope = x.getManager();
    int[] rows = SeededRows.rows(Math.toIntExact(x.size(0)));
    NDList context = built.context(scope, precision.type(), 2, rows);
    NDArray y = built.map(parameters, forward, x, context).value();
    double[] from = Numbers.of(x);
    double[] to = Numbers.of(y);
    int size = from.length / rows.length;
    NDArray moved =
        Numbers.array(scope, precision.type(), moved(from, to, size, precision), y.getShape());
    double[] back = Numbers.of(built.map(parameters, !forward, y, context).value());
    double[] off = Numbers.of(built.map(parameters, !forward, moved, context).value());
    for (int row = 0; row < rows.length; row++) {
      int first = row * size;
      double largest = largest(from, first, size);
      double conditioning =
          IntStream.range(first, first + size).mapToDouble(i -> Math.abs(off[i] - back[i])).sum();
      double allowed = precision.allowed() * (1 + largest) + conditioning;
      boolean judged = largest <= ORDINARY && !precision.extreme();
      if (!judged && !(allowed <= CAP * (1 + largest))) {
        continue; // rounding alone may lose x
      }
      double least = Math.min(allowed, CAP * (1 + largest));
      for (int i = first; i < first + size; i++) {
        requireNear(
            "%s then %s of %s, %s, row %d, element %d"
                .formatted(
                    BuiltBijection.direction(forward),
                    BuiltBijection.direction(!forward),
                    built.shapes(),
                    precision,
                    row,
                    i - first),
            from[i],
            back[i],
            Double.isNaN(least) ? CAP : least);
      }
    }
  }

  /** Where f(x) would be after some roundings more. */
  private static double[] moved(double[] from, double[] to, int size, Precision precision) {
    double[] moved = to.clone();
    for (int i = 0; i < to.length; i++) {
      int first = i - i % size;
      double scale = 1 + largest(from, first, size) + largest(to, first, size);
      moved[i] += (i % 2 == 0 ? 1 : -1) * precision.ulp() * scale;
    }
    return moved;
  }

  private static double largest(double[] values, int first, int size) {
    return Arrays.stream(values, first, first + size).map(Math::abs).max().orElse(0);
  }

  private static void requireNear(String where, double expected, double found, double allowed) {
    require(
        Math.abs(found - expected) <= allowed,
        "%s: %s came back as %s (difference %s, allowed %s)"
            .formatted(
                where,
                Numbers.text(expected),
                Numbers.text(found),
                Numbers.text(Math.abs(found - expected)),
                Numbers.text(allowed)));
  }
}
