package io.varve.training.fid;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Mean and covariance of features, as the normal distribution they stand for in the Fréchet
 * distance.
 *
 * @param count of the images they are the mean and covariance of
 * @param mean [F]
 * @param covariance [F, F], row-major, symmetric
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared or hashed
public record Gaussian(long count, double[] mean, double[] covariance) {
  /** Rounding in a symmetric eigen-decomposition, relative to the largest value, per dimension. */
  private static final double ROUNDING = 0x1p-52;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  public Gaussian {
    if (count < 2 || covariance.length != (long) mean.length * mean.length) {
      throw new IllegalArgumentException(
          "statistics: of %d images, %d means and %d covariances, expected at least 2 images and F * F covariances"
              .formatted(count, mean.length, covariance.length));
    }
  }

  /** F, the number of features. */
  public int size() {
    return mean.length;
  }

  /**
   * The squared Fréchet distance |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) (Dowson and Landau,
   * 1982, equation 4), never below 0.
   *
   * <p>The trace of (S1 S2)^(1/2) is that of (S1^(1/2) S2 S1^(1/2))^(1/2), a symmetric matrix,
   * however singular S1 and S2 are. With S1 = Q D Q' it has the eigenvalues of D^(1/2) Q' S2 Q
   * D^(1/2), of which the rows and columns of vanishing D are left out.
   *
   * @throws IllegalArgumentException if the other is over another number of features
   */
  public double distance(Gaussian other) {
    if (other.size() != size()) {
      throw new IllegalArgumentException(
          "statistics: of %d and of %d features; both must come from one extractor"
              .formatted(size(), other.size()));
    }
    double distance = 0;
    for (int i = 0; i < size(); i++) {
      double difference = mean[i] - other.mean[i];
      int diagonal = i * (size() + 1);
      distance += difference * difference + covariance[diagonal] + other.covariance[diagonal];
    }
    return Math.max(0, distance - 2 * traceOfRoot(other));
  }

  private double traceOfRoot(Gaussian other) {
    DMatrixRMaj root = root();
    if (root.numCols == 0) {
      return 0;
    }
    DMatrixRMaj right = new DMatrixRMaj(size(), root.numCols);
    CommonOps_DDRM.mult(other.matrix(), root, right);
    DMatrixRMaj product = new DMatrixRMaj(root.numCols, root.numCols);
    CommonOps_DDRM.multTransA(root, right, product);
    symmetrize(product);
    double[] values = values(decompose(product, false));
    double negligible = negligible(values);
    return Arrays.stream(values).filter(v -> v > negligible).map(Math::sqrt).sum();
  }

  /** Q D^(1/2) of the covariance Q D Q', without the columns of vanishing D, [F, rank]. */
  private DMatrixRMaj root() {
    EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(matrix(), true);
    double[] values = values(eigen);
    double negligible = negligible(values);
    int[] kept = IntStream.range(0, size()).filter(i -> values[i] > negligible).toArray();
    DMatrixRMaj root = new DMatrixRMaj(size(), kept.length);
    for (int column = 0; column < kept.length; column++) {
      double scale = Math.sqrt(values[kept[column]]);
      DMatrixRMaj vector = eigen.getEigenVector(kept[column]);
      for (int row = 0; row < size(); row++) {
        root.set(row, column, scale * vector.get(row));
      }
    }
    return root;
  }

  private DMatrixRMaj matrix() {
    return DMatrixRMaj.wrap(size(), size(), covariance.clone());
  }

  private static void symmetrize(DMatrixRMaj matrix) {
    for (int i = 0; i < matrix.numRows; i++) {
      for (int j = 0; j < i; j++) {
        double mean = (matrix.get(i, j) + matrix.get(j, i)) / 2;
        matrix.set(i, j, mean);
        matrix.set(j, i, mean);
      }
    }
  }

  private static EigenDecomposition_F64<DMatrixRMaj> decompose(
      DMatrixRMaj matrix, boolean vectors) {
    EigenDecomposition_F64<DMatrixRMaj> eigen =
        DecompositionFactory_DDRM.eig(matrix.numRows, vectors, true);
    if (!eigen.decompose(matrix)) {
      throw new IllegalArgumentException(
          "statistics: the covariance of %d features has no eigenvalues; are all features finite?"
              .formatted(matrix.numRows));
    }
    return eigen;
  }

  private static double[] values(EigenDecomposition_F64<DMatrixRMaj> eigen) {
    double[] values = new double[eigen.getNumberOfEigenvalues()];
    Arrays.setAll(values, i -> eigen.getEigenvalue(i).getReal());
    return values;
  }

  /** What rounding alone may leave of an eigenvalue of zero. */
  private static double negligible(double[] values) {
    return values.length * ROUNDING * Arrays.stream(values).map(Math::abs).max().orElse(0);
  }
}
