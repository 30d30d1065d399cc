package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.spi.Mapped;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Rule B3: log-determinants are those of the Jacobian. */
abstract class JacobianContract extends BijectionContract {
  private static final int BATCH = 5;

  /** Of central differences, per unit of log-determinant. */
  private static final double DIFFERENCE = 1e-5;

  /** Two ways to one number in double precision, after up to a hundred operations. */
  private static final double ROUNDING = 1e-7;

  /** A dense Jacobian by differences takes two passes for each element of an event. */
  private static final long DENSE = 64;

  JacobianContract(Subject subject) {
    super(subject);
  }

  @Rule
  public void b3_logDeterminantEqualsNumericalJacobian() {
    int tried = 0;
    for (Placed place : places()) {
      if (place.event().size() <= DENSE) {
        requireJacobian(place, true);
        requireJacobian(place, false);
        tried++;
      }
    }
    if (tried == 0) {
      throw new NotApplicable("the events it accepts are too large for a Jacobian by differences");
    }
  }

  private void requireJacobian(Placed place, boolean forward) {
    TrialParameters parameters = parameters(DataType.FLOAT64, TrialParameters.JITTER);
    try (NDManager scope = manager.newSubManager()) {
      int[] rows = Trials.rows(3);
      Probe.Input input = place.probe(forward).inputs().get(0);
      NDArray x = Trials.input(scope, DataType.FLOAT64, input, 1, rows);
      NDList context = place.context(scope, DataType.FLOAT64, 2, rows);
      double[] found = Trials.doubles(map(place, parameters, forward, x, context).logDet());
      Function<NDArray, NDArray> f =
          moved -> map(place, parameters, forward, moved, context).value();
      for (int row : rows) {
        double reported = found[found.length == 1 ? 0 : row];
        double expected = logDet(f, x, row, Trials.STEP);
        if (!(Math.abs(reported - expected) <= DIFFERENCE * (1 + Math.abs(expected)))) {
          expected = logDet(f, x, row, Trials.STEP / 10); // a kink lies hardly within both
        }
        require(
            Math.abs(reported - expected) <= DIFFERENCE * (1 + Math.abs(expected)),
            "%s of %s, row %d: logDet is %s, but log|det| of the Jacobian by differences is %s"
                .formatted(
                    direction(forward),
                    place.where(),
                    row,
                    Trials.number(reported),
                    Trials.number(expected)));
      }
    }
  }

  @Rule
  public void b3_inverseNegatesLogDeterminant() {
    for (Placed place : places()) {
      TrialParameters parameters = parameters(DataType.FLOAT64, TrialParameters.JITTER);
      try (NDManager scope = manager.newSubManager()) {
        int[] rows = Trials.rows(BATCH);
        Probe.Input input = place.probe(true).inputs().get(0);
        NDArray x = Trials.input(scope, DataType.FLOAT64, input, 3, rows);
        NDList context = place.context(scope, DataType.FLOAT64, 4, rows);
        Mapped there = map(place, parameters, true, x, context);
        double[] forth = Trials.doubles(there.logDet());
        double[] back =
            Trials.doubles(map(place, parameters, false, there.value(), context).logDet());
        for (int row = 0; row < Math.min(forth.length, back.length); row++) {
          require(
              Math.abs(forth[row] + back[row]) <= ROUNDING * (1 + Math.abs(forth[row])),
              "%s, row %d: logDet of inverse at f(x) is %s, expected %s, the negative of forward's"
                  .formatted(
                      place.where(), row, Trials.number(back[row]), Trials.number(-forth[row])));
        }
      }
    }
  }

  /** log|det| of the Jacobian of one row, by central differences. */
  private static double logDet(Function<NDArray, NDArray> f, NDArray x, int row, double step) {
    int size = Math.toIntExact(x.size() / x.size(0));
    int[] own = IntStream.range(row * size, (row + 1) * size).toArray();
    double[][] slopes = Trials.differences(f, x, step, own);
    for (int i = 0; i < size; i++) {
      slopes[i] = Arrays.copyOfRange(slopes[i], row * size, (row + 1) * size);
    }
    return logDet(slopes);
  }

  /** log|det| by elimination with partial pivoting; minus infinity for a singular matrix. */
  static double logDet(double[][] m) {
    double sum = 0;
    for (int i = 0; i < m.length; i++) {
      for (int row = i + 1; row < m.length; row++) {
        if (Math.abs(m[row][i]) > Math.abs(m[i][i])) {
          double[] pivot = m[row];
          m[row] = m[i];
          m[i] = pivot;
        }
      }
      sum += Math.log(Math.abs(m[i][i]));
      for (int row = i + 1; row < m.length && m[i][i] != 0; row++) {
        double factor = m[row][i] / m[i][i];
        for (int column = i; column < m.length; column++) {
          m[row][column] -= factor * m[i][column];
        }
      }
    }
    return sum;
  }
}
