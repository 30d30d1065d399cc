package io.varve.training.data.set;

import java.util.Arrays;

/**
 * A density over a square of the plane, as the masses of 256 by 256 cells. Immutable.
 *
 * <p>A point is stored as its cell, a pair of bytes. So the density of what is stored is known
 * exactly, and with it its entropy; no integral has to be estimated. All arithmetic is in a fixed
 * order and exactly specified, so that every machine finds the same bits.
 */
public final class DensityGrid {
  /** Cells along an axis. */
  public static final int SIDE = 256;

  private final double[] masses; // x by x, each from y = 0 up
  private final double[] upTo;
  private final double covered;
  private final double entropy;

  /**
   * A grid of these masses, scaled to add up to one.
   *
   * @param masses that of cell (x, y) at x * 256 + y
   */
  public DensityGrid(double[] masses) {
    if (masses.length != SIDE * SIDE) {
      throw new IllegalStateException("expected 65536 masses, found " + masses.length);
    }
    this.covered = sum(masses);
    this.masses = Arrays.stream(masses).map(m -> m / covered).toArray();
    this.upTo = sums(this.masses);
    this.entropy =
        sum(Arrays.stream(this.masses).map(m -> m > 0 ? -m * StrictMath.log(m) : 0).toArray());
  }

  /** What rounding takes from one sum is added to the next (Kahan, 1965). */
  private static double sum(double[] values) {
    double sum = 0;
    double lost = 0;
    for (double value : values) {
      double more = value - lost;
      double next = sum + more;
      lost = next - sum - more;
      sum = next;
    }
    return sum;
  }

  /** A loop: the order in which a parallel prefix adds depends on the number of cores. */
  private static double[] sums(double[] values) {
    double[] sums = values.clone();
    for (int i = 1; i < sums.length; i++) {
      sums[i] += sums[i - 1];
    }
    return sums;
  }

  /** The sum of the masses as given: 1 less what the density has outside the square. */
  public double covered() {
    return covered;
  }

  /** The mass of a cell. */
  public double mass(int x, int y) {
    return masses[x * SIDE + y];
  }

  /** The mass of all cells up to and including this one. */
  double upTo(int x, int y) {
    return upTo[x * SIDE + y];
  }

  /** The entropy of a cell drawn from this, nats; of a point, that of the cell. */
  public double entropy() {
    return entropy;
  }

  /** Writes a cell drawn from this: x, then y, each a byte. */
  public void draw(KeyedRandom chance, byte[] into, int offset) {
    double at = chance.unit() * upTo[upTo.length - 1];
    int found = Arrays.binarySearch(upTo, at);
    int cell = found < 0 ? -found - 1 : found + 1; // the first that reaches beyond
    into[offset] = (byte) (cell / SIDE);
    into[offset + 1] = (byte) (cell % SIDE);
  }
}
