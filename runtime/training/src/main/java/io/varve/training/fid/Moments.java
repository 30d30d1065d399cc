package io.varve.training.fid;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Mean and covariance of a stream of features in double precision, a batch at a time: no more than
 * one batch is held, and the sums are of deviations from the mean so far (Chan, Golub and LeVeque,
 * 1983, equation 2.1), so that a large mean costs no digits.
 */
public final class Moments {
  private final int size;
  private final double[] mean;
  private final DMatrixRMaj squares;
  private final DMatrixRMaj batch;
  private long count;

  /** Nothing seen yet, of so many features. */
  public Moments(int size) {
    this.size = size;
    this.mean = new double[size];
    this.squares = new DMatrixRMaj(size, size);
    this.batch = new DMatrixRMaj(size, size);
  }

  /**
   * Adds rows of features.
   *
   * @param features [B, F]
   * @throws IllegalArgumentException if one is not finite
   */
  public void add(float[] features) {
    int rows = features.length / size;
    double[] centre = centre(features, rows);
    DMatrixRMaj centred = new DMatrixRMaj(rows, size);
    for (int i = 0; i < features.length; i++) {
      centred.data[i] = features[i] - centre[i % size];
    }
    CommonOps_DDRM.multInner(centred, batch);
    CommonOps_DDRM.addEquals(squares, batch);
    double share = (double) rows / (count + rows);
    double[] step = new double[size];
    for (int d = 0; d < size; d++) {
      step[d] = centre[d] - mean[d];
      mean[d] += share * step[d];
    }
    CommonOps_DDRM.multAddTransB(
        share * count, DMatrixRMaj.wrap(size, 1, step), DMatrixRMaj.wrap(size, 1, step), squares);
    count += rows;
  }

  private double[] centre(float[] features, int rows) {
    double[] centre = new double[size];
    for (int i = 0; i < features.length; i++) {
      if (!Float.isFinite(features[i])) {
        throw new IllegalArgumentException(
            "features: number %d of image %d is %s, expected finite numbers; does --scale fit the extractor?"
                .formatted(i % size, count + i / size, features[i]));
      }
      centre[i % size] += features[i];
    }
    for (int d = 0; d < size; d++) {
      centre[d] /= rows;
    }
    return centre;
  }

  /**
   * What was seen, the covariance over count - 1.
   *
   * @throws IllegalArgumentException if fewer than two rows were
   */
  public Gaussian gaussian() {
    if (count < 2) {
      throw new IllegalArgumentException("images: %d, expected at least 2".formatted(count));
    }
    double[] covariance = squares.data.clone();
    for (int i = 0; i < covariance.length; i++) {
      covariance[i] /= count - 1;
    }
    return new Gaussian(count, mean.clone(), covariance);
  }
}
