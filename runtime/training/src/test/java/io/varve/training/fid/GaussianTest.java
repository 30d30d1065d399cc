package io.varve.training.fid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GaussianTest {
  /** Rounding in double precision, relative to the traces. */
  private static final double EXACT = 1e-11;

  /** Of singular covariances: the root makes 1e-8 of a rounding error of 1e-16. */
  private static final double SINGULAR = 1e-6;

  private final Random random = new Random(3);

  @Test
  void knowsTheDistanceOfCommutingCovariances() {
    double[] a = {1, 4, 0.25, 9, 1e-3};
    double[] b = {2, 4, 1, 0, 5};
    double[] shift = {1, 0, -2, 0.5, 0};
    DMatrixRMaj basis = RandomMatrices_DDRM.orthogonal(5, 5, random);
    double expected = 0;
    for (int i = 0; i < a.length; i++) {
      double roots = Math.sqrt(a[i]) - Math.sqrt(b[i]);
      expected += shift[i] * shift[i] + roots * roots;
    }
    Gaussian first = new Gaussian(9, new double[5], turned(basis, a));
    Gaussian second = new Gaussian(9, shift, turned(basis, b));
    assertThat(first.distance(second)).isCloseTo(expected, within(SINGULAR * 20));
    assertThat(second.distance(first)).isCloseTo(expected, within(SINGULAR * 20));
    b[3] = 0.5;
    double regular = expected - 9 + Math.pow(3 - Math.sqrt(0.5), 2);
    Gaussian third = new Gaussian(9, shift, turned(basis, b));
    assertThat(first.distance(third)).isCloseTo(regular, within(EXACT * 20));
  }

  /** In two dimensions tr (AB)^(1/2) = (tr AB + 2 (det A det B)^(1/2))^(1/2). */
  @Test
  void knowsTheDistanceInTwoDimensions() {
    for (int i = 0; i < 20; i++) {
      double[] a = gram(3);
      double[] b = gram(3);
      double traceAb = a[0] * b[0] + 2 * a[1] * b[1] + a[3] * b[3];
      double det = (a[0] * a[3] - a[1] * a[2]) * (b[0] * b[3] - b[1] * b[2]);
      double root = Math.sqrt(traceAb + 2 * Math.sqrt(det));
      double[] mean = {random.nextGaussian(), random.nextGaussian()};
      double expected =
          mean[0] * mean[0] + mean[1] * mean[1] + a[0] + a[3] + b[0] + b[3] - 2 * root;
      double found = new Gaussian(2, mean, a).distance(new Gaussian(2, new double[2], b));
      assertThat(found).isCloseTo(expected, within(EXACT * (a[0] + a[3] + b[0] + b[3])));
    }
  }

  private double[] gram(int rows) {
    DMatrixRMaj x = RandomMatrices_DDRM.rectangle(rows, 2, -1, 1, random);
    DMatrixRMaj gram = new DMatrixRMaj(2, 2);
    CommonOps_DDRM.multTransA(x, x, gram);
    return gram.data;
  }

  /** tr (A'A B'B)^(1/2) is the sum of the singular values of A B'. */
  @Test
  void doesWithFewerImagesThanFeatures() {
    int features = 60;
    Gaussian first = of(RandomMatrices_DDRM.rectangle(12, features, -1, 1, random));
    Gaussian second = of(RandomMatrices_DDRM.rectangle(25, features, -2, 1, random));
    double expected = 0;
    for (int i = 0; i < features; i++) {
      expected += Math.pow(first.mean()[i] - second.mean()[i], 2);
      expected += first.covariance()[i * 61] + second.covariance()[i * 61];
    }
    DMatrixRMaj cross = new DMatrixRMaj(12, 25);
    CommonOps_DDRM.multTransB(centred, other, cross);
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(12, 25, false, false, true);
    svd.decompose(cross);
    for (double value : svd.getSingularValues()) {
      expected -= 2 * value / Math.sqrt(11 * 24);
    }
    assertThat(first.distance(second)).isCloseTo(expected, within(SINGULAR * expected));
    assertThat(second.distance(first)).isCloseTo(expected, within(SINGULAR * expected));
    assertThat(first.distance(first)).isBetween(0.0, SINGULAR);
  }

  private DMatrixRMaj centred;
  private DMatrixRMaj other;

  /** Mean and covariance in two passes; keeps the deviations of the last two calls. */
  private Gaussian of(DMatrixRMaj x) {
    double[] mean = CommonOps_DDRM.sumCols(x, null).data;
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= x.numRows;
    }
    for (int i = 0; i < x.data.length; i++) {
      x.data[i] -= mean[i % mean.length];
    }
    DMatrixRMaj covariance = new DMatrixRMaj(mean.length, mean.length);
    CommonOps_DDRM.multTransA(1.0 / (x.numRows - 1), x, x, covariance);
    centred = other == null ? x : other;
    other = x;
    return new Gaussian(x.numRows, mean, covariance.data);
  }

  @Test
  void isTheSameHoweverFeaturesAreTurned() {
    DMatrixRMaj turn = RandomMatrices_DDRM.orthogonal(8, 8, random);
    Gaussian a = of(RandomMatrices_DDRM.rectangle(40, 8, -1, 1, random));
    Gaussian b = of(RandomMatrices_DDRM.rectangle(40, 8, -1, 3, random));
    double distance = a.distance(b);
    assertThat(distance).isPositive();
    assertThat(turned(turn, a).distance(turned(turn, b)))
        .isCloseTo(distance, within(EXACT * distance));
  }

  @Test
  void isZeroOfEqualSets() {
    Gaussian a = of(RandomMatrices_DDRM.rectangle(300, 40, -1, 1, random));
    assertThat(a.distance(a)).isBetween(0.0, EXACT * 40);
    Gaussian still = new Gaussian(2, new double[] {1, 2}, new double[4]);
    assertThat(still.distance(still)).isZero();
    assertThat(still.distance(new Gaussian(2, new double[] {1, 4}, new double[] {1, 0, 0, 1})))
        .isCloseTo(6, within(EXACT));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new Gaussian(1, new double[2], new double[4]))
        .hasMessageContaining("at least 2 images");
    Gaussian two = new Gaussian(2, new double[2], new double[4]);
    Gaussian one = new Gaussian(2, new double[1], new double[1]);
    assertThatThrownBy(() -> two.distance(one)).hasMessageContaining("of 2 and of 1 features");
  }

  /** The pooled layer of an Inception network; half a minute on a quiet core. */
  @Test
  @Tag("slow")
  void doesTwoThousandFeatures() {
    Moments moments = new Moments(2048);
    for (int batch = 0; batch < 40; batch++) {
      float[] features = new float[64 * 2048];
      for (int i = 0; i < features.length; i++) {
        features[i] = random.nextFloat() * (1 + i % 3);
      }
      moments.add(features);
    }
    Gaussian all = moments.gaussian();
    double trace = 0;
    for (int i = 0; i < 2048; i++) {
      trace += all.covariance()[i * 2049];
    }
    long start = System.nanoTime();
    assertThat(all.distance(all)).isBetween(0.0, EXACT * trace);
    assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(120);
  }

  private static Gaussian turned(DMatrixRMaj turn, Gaussian g) {
    DMatrixRMaj mean = new DMatrixRMaj(g.size(), 1);
    CommonOps_DDRM.mult(turn, DMatrixRMaj.wrap(g.size(), 1, g.mean()), mean);
    return new Gaussian(
        g.count(), mean.data, around(turn, DMatrixRMaj.wrap(g.size(), g.size(), g.covariance())));
  }

  private static double[] turned(DMatrixRMaj basis, double[] diagonal) {
    return around(basis, CommonOps_DDRM.diag(diagonal));
  }

  /** T S T'. */
  private static double[] around(DMatrixRMaj turn, DMatrixRMaj matrix) {
    DMatrixRMaj half = new DMatrixRMaj(turn.numRows, turn.numRows);
    DMatrixRMaj whole = new DMatrixRMaj(turn.numRows, turn.numRows);
    CommonOps_DDRM.mult(turn, matrix, half);
    CommonOps_DDRM.multTransB(half, turn, whole);
    return whole.data;
  }
}
