package io.varve.training.data.set;

import java.util.Arrays;

/**
 * A density over a square of the plane whose cells, 256 by 256, are what a pair of bytes can tell:
 * each has the mass that the density has on it. Immutable.
 *
 * <p>Points are stored as cells, so that the density of what is stored, its entropy among it, is
 * known to the last bit and not but for an integral.
 */
public final class Raster {
  /** Cells along an axis. */
  public static final int SIDE = 256;

  private final double[] masses; // x by x, each from y = 0 up
  private final double[] upTo;
  private final double covered;
  private final double entropy;

  /**
   * A raster of these masses, which are made to add up to one.
   *
   * @param masses that of cell (x, y) at x * 256 + y
   */
  public Raster(double[] masses) {
    if (masses.length != SIDE * SIDE) {
      throw new IllegalStateException("expected 65536 masses, found " + masses.length);
    }
    this.covered = Arrays.stream(masses).sum();
    this.masses = Arrays.stream(masses).map(m -> m / covered).toArray();
    this.upTo = this.masses.clone();
    Arrays.parallelPrefix(upTo, Double::sum);
    this.entropy = -Arrays.stream(this.masses).filter(m -> m > 0).map(m -> m * Math.log(m)).sum();
  }

  /** What the masses added up to: one, but for what the density has beyond the square. */
  public double covered() {
    return covered;
  }

  /** The mass of a cell. */
  public double mass(int x, int y) {
    return masses[x * SIDE + y];
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
