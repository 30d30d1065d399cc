package io.varve.conformance.bijectors;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.numerics.LogDeterminant;
import io.varve.conformance.rule.NotApplicable;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Mapped;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Rule B3: log-determinants are those of the Jacobian. */
public final class JacobianRules {
  private static final int BATCH = 5;

  /** Of central differences, per unit of log-determinant. */
  private static final double DIFFERENCE = 1e-5;

  /** The rounding of up to a hundred operations in double precision. */
  private static final double ROUNDING = 1e-7;

  /** A dense Jacobian by differences takes two passes for each element of an event. */
  private static final long DENSE = 64;

  private final BijectorProbes probes;
  private final NDManager manager;

  JacobianRules(BijectorProbes probes) {
    this.probes = probes;
    this.manager = probes.manager();
  }

  @Rule
  void b3_logDeterminantEqualsNumericalJacobian() {
    int tried = 0;
    for (BuiltBijection built : probes.built()) {
      if (built.event().size() <= DENSE) {
        requireJacobian(built, true);
        requireJacobian(built, false);
        tried++;
      }
    }
    if (tried == 0) {
      throw new NotApplicable("the events it accepts are too large for a Jacobian by differences");
    }
  }

  private void requireJacobian(BuiltBijection built, boolean forward) {
    ProbeParameters parameters = probes.parameters(DataType.FLOAT64, ProbeParameters.JITTER);
    try (NDManager scope = manager.newSubManager()) {
      int[] rows = SeededRows.rows(3);
      NDArray x = built.values(scope, DataType.FLOAT64, forward, 1, rows);
      NDList context = built.context(scope, DataType.FLOAT64, 2, rows);
      double[] found = Numbers.of(built.map(parameters, forward, x, context).logDet());
      Function<NDArray, NDArray> f =
          moved -> built.map(parameters, forward, moved, context).value();
      for (int row : rows) {
        double reported = found[found.length == 1 ? 0 : row];
        double expected = logDet(f, x, row, Numbers.STEP);
        if (!(Math.abs(reported - expected) <= DIFFERENCE * (1 + Math.abs(expected)))) {
          expected = logDet(f, x, row, Numbers.STEP / 10); // a kink lies hardly within both
        }
        require(
            Math.abs(reported - expected) <= DIFFERENCE * (1 + Math.abs(expected)),
            "%s of %s, row %d: logDet is %s, but log|det| of the Jacobian by differences is %s"
                .formatted(
                    BuiltBijection.direction(forward),
                    built.shapes(),
                    row,
                    Numbers.text(reported),
                    Numbers.text(expected)));
      }
    }
  }

  @Rule
  void b3_inverseNegatesLogDeterminant() {
    for (BuiltBijection built : probes.built()) {
      ProbeParameters parameters = probes.parameters(DataType.FLOAT64, ProbeParameters.JITTER);
      try (NDManager scope = manager.newSubManager()) {
        int[] rows = SeededRows.rows(BATCH);
        NDArray x = built.values(scope, DataType.FLOAT64, true, 3, rows);
        NDList context = built.context(scope, DataType.FLOAT64, 4, rows);
        Mapped there = built.map(parameters, true, x, context);
        double[] forth = Numbers.of(there.logDet());
        double[] back = Numbers.of(built.map(parameters, false, there.value(), context).logDet());
        for (int row = 0; row < Math.min(forth.length, back.length); row++) {
          require(
              Math.abs(forth[row] + back[row]) <= ROUNDING * (1 + Math.abs(forth[row])),
              "%s, row %d: logDet of inverse at f(x) is %s, expected %s, the negative of forward's"
                  .formatted(
                      built.shapes(), row, Numbers.text(back[row]), Numbers.text(-forth[row])));
        }
      }
    }
  }

  /** log|det| of the Jacobian of one row, by central differences. */
  private static double logDet(Function<NDArray, NDArray> f, NDArray x, int row, double step) {
    int size = Math.toIntExact(x.size() / x.size(0));
    int[] own = IntStream.range(row * size, (row + 1) * size).toArray();
    double[][] slopes = Numbers.differences(f, x, step, own);
    for (int i = 0; i < size; i++) {
      slopes[i] = Arrays.copyOfRange(slopes[i], row * size, (row + 1) * size);
    }
    return LogDeterminant.of(slopes);
  }
}
