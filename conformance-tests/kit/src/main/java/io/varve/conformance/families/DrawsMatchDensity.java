package io.varve.conformance.families;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.numerics.Significance.Mean;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/**
 * Whether draws follow a density in any number of dimensions: E[p'(x) / p(x)] = 1 under p for every
 * density p' close to p. For real numbers p' is p after a random affine map, which shows wrong
 * locations, scales and correlations; on a grid p' has parameters close by.
 */
final class DrawsMatchDensity {
  private static final int MOST_DRAWS = 1 << 12;
  private static final int LEAST_DRAWS = 1 << 9;

  /** Draws times numbers, so that a family of thousands of parameters takes no longer. */
  private static final int WORK = 1 << 20;

  private static final int TRIES = 5;

  /** The log-ratio's deviation: larger ones tell more, up to where few draws make up the mean. */
  private static final double SPREAD = 0.5;

  private static final DataType TYPE = DataType.FLOAT64;

  private final FamilyOnSpace member;
  private final ParameterRows index;
  private final int count;
  private final double[] draws;
  private final double[] logProb;

  private DrawsMatchDensity(FamilyOnSpace member, ParameterRows index) {
    this.member = member;
    this.index = index;
    long numbers = index.shapes().stream().mapToLong(Shape::size).sum() + member.size();
    count = (int) Math.max(LEAST_DRAWS, Math.min(MOST_DRAWS, WORK / numbers));
    draws = member.draw(new Place(index, TYPE, count, 61)).values();
    logProb = member.logProb(index, TYPE, draws);
  }

  /** Fails if the mean ratio is not one for some neighbour. */
  static void requireAt(FamilyOnSpace member, ParameterRows index) {
    DrawsMatchDensity identity = new DrawsMatchDensity(member, index);
    for (int seed = 1; seed <= TRIES; seed++) {
      int direction = seed;
      if (member.space().levels() == 0) {
        identity.requireMean("the density moved and stretched", e -> identity.mapped(e, direction));
      } else if (!member.needs().isEmpty()) {
        identity.requireMean("masses at parameters close by", e -> identity.moved(e, direction));
      }
    }
  }

  private void requireMean(String neighbour, DoubleFunction<double[]> logRatio) {
    double step = SPREAD / 2;
    double[] ratio = logRatio.apply(step);
    while (deviation(ratio) > SPREAD && step > 1e-6) {
      step /= 2;
      ratio = logRatio.apply(step);
    }
    if (Arrays.stream(ratio).anyMatch(r -> r == Double.NEGATIVE_INFINITY)) {
      return; // on a bounded support the neighbour lies in part outside of it
    }
    Mean mean = Mean.of(Arrays.stream(ratio).map(Math::exp).toArray());
    require(
        mean.agrees(1, 1e-6),
        "%d draws on %s are not distributed as logProb says at %s: the mean ratio of %s to it is %s (standard error %s), expected 1"
            .formatted(
                count,
                member,
                index.at(0),
                neighbour,
                Numbers.text(mean.value()),
                Numbers.text(mean.error())));
  }

  private static double deviation(double[] ratio) {
    if (Arrays.stream(ratio).anyMatch(r -> !Double.isFinite(r))) {
      return Double.POSITIVE_INFINITY;
    }
    return Mean.of(ratio).error() * Math.sqrt(ratio.length);
  }

  private double[] moved(double step, int seed) {
    double[] other = member.logProb(index.moved(step, seed), TYPE, draws);
    return IntStream.range(0, count).mapToDouble(i -> other[i] - logProb[i]).toArray();
  }

  /** x to m + s (A (x - m) / s + g) with A triangular and near I, by the centre m and spread s. */
  private double[] mapped(double step, int seed) {
    int size = member.size();
    SplittableRandom random = new SplittableRandom(977L * seed);
    double[][] matrix = new double[size][size];
    double[] shift = new double[size];
    double logDet = 0;
    for (int i = 0; i < size; i++) {
      shift[i] = step * random.nextGaussian();
      for (int j = 0; j < i; j++) {
        matrix[i][j] = step * random.nextGaussian() / Math.sqrt(size);
      }
      double logScale = step * random.nextGaussian() / Math.sqrt(size);
      matrix[i][i] = Math.exp(logScale);
      logDet += logScale;
    }
    double constant = logDet;
    double[] other = member.logProb(index, TYPE, mapped(matrix, shift, size));
    return IntStream.range(0, count).mapToDouble(i -> other[i] + constant - logProb[i]).toArray();
  }

  private double[] mapped(double[][] matrix, double[] shift, int size) {
    double[] centre = new double[size];
    double[] spread = new double[size];
    for (int d = 0; d < size; d++) {
      int column = d;
      double[] sorted =
          IntStream.range(0, count).mapToDouble(r -> draws[r * size + column]).sorted().toArray();
      centre[d] = sorted[count / 2];
      spread[d] = (sorted[3 * count / 4] - sorted[count / 4]) / 1.35; // as a deviation, if normal
    }
    double[] mapped = new double[draws.length];
    for (int i = 0; i < draws.length; i++) {
      int row = i / size * size;
      double[] a = matrix[i % size];
      double sum = shift[i % size];
      for (int j = 0; j <= i % size; j++) {
        sum += a[j] * (draws[row + j] - centre[j]) / spread[j];
      }
      mapped[i] = centre[i % size] + spread[i % size] * sum;
    }
    return mapped;
  }
}
