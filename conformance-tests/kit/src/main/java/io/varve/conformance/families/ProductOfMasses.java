package io.varve.conformance.families;

import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The total mass of a large event whose numbers are independent, without scoring every event.
 *
 * <p>One event r is the reference. Let P(r, d, v) be the mass of r with level v at number d. The
 * total is P(r) times, for every number d, the sum over v of P(r, d, v) / P(r).
 */
final class ProductOfMasses {
  private final FamilyOnSpace member;
  private final ParameterRows index;
  private final double[] reference;

  /** A reference event in the middle of the grid. */
  ProductOfMasses(FamilyOnSpace member, ParameterRows index) {
    this.member = member;
    this.index = index;
    double middle = Math.floor(member.space().levels() / 2.0);
    reference = IntStream.range(0, member.size()).mapToDouble(i -> middle).toArray();
  }

  /** Whether a change of any two numbers changes the log-mass by the sum of what each does. */
  boolean factorises() {
    int size = member.size();
    List<double[]> rows = new ArrayList<>();
    for (int first = 0; first < size; first++) {
      for (int second = 0; second < first; second++) {
        for (int which = 0; which < 4; which++) {
          double[] row = reference.clone();
          row[first] = which % 2 == 0 ? reference[first] : 0;
          row[second] = which < 2 ? reference[second] : 0;
          rows.add(row);
        }
      }
    }
    double[] events = rows.stream().flatMapToDouble(DoubleStream::of).toArray();
    double[] logMass = member.logProb(index, DataType.FLOAT64, events);
    return IntStream.range(0, rows.size() / 4)
        .map(pair -> 4 * pair)
        .allMatch(
            i -> {
              double both = logMass[i] + logMass[i + 3];
              return Math.abs(both - logMass[i + 1] - logMass[i + 2])
                  <= 1e-6 * (1 + Math.abs(both));
            });
  }

  /** The sum of the masses of all events. */
  double mass() {
    int size = member.size();
    int levels = member.space().levels();
    double[] events = new double[size * levels * size];
    for (int row = 0; row < size * levels; row++) {
      System.arraycopy(reference, 0, events, row * size, size);
      events[row * size + row / levels] = row % levels;
    }
    double[] logMass = member.logProb(index, DataType.FLOAT64, events);
    double logReference = member.logProb(index, DataType.FLOAT64, reference)[0];
    double total = logReference;
    for (int d = 0; d < size; d++) {
      double ratios = 0;
      for (int v = 0; v < levels; v++) {
        ratios += Math.exp(logMass[d * levels + v] - logReference);
      }
      total += Math.log(ratios);
    }
    return Math.exp(total);
  }
}
