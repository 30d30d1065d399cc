package io.varve.training.data.drawn;

import io.varve.training.data.set.DensityGrid;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * Densities of the plane that flows are tried on (Rezende and Mohamed, 2015; Grathwohl et al.,
 * 2019). Each is known in closed form and lies in a square.
 */
public enum PlaneDensities {
  /** Two half circles of radius 1 that reach into each other, with noise of 0.1. */
  TWO_MOONS(0.5, 0.25, 2.1),

  /** Gaussians of deviation 0.35 around eight points of a circle of radius 2.8. */
  EIGHT_GAUSSIANS(0, 0, 4.75),

  /** Five Gaussians beside the origin, turned by an angle that grows with the radius. */
  PINWHEEL(0, 0, 5.1),

  /** Even over every other square of four by four with sides of 2, 56 cells: 5 bits of entropy. */
  CHECKERBOARD(0, 0, 32.0 / 7),

  /** Circles of radius 1, 2 and 3, equally likely, with noise of 0.15. */
  RINGS(0, 0, 4),

  /** Two arms that wind one and a half times around the origin, with noise of 0.1. */
  TWO_SPIRALS(0, 0, 3.8);

  /** Points of a curve: far closer to each other than its noise is wide, they are the curve. */
  private static final int NODES = 400;

  /** Beyond so many deviations a Gaussian has a mass of 1e-15. */
  private static final double REACH = 8;

  /** The points of Gauss and Legendre on (-1/2, 1/2), three of them, and their weights. */
  private static final double[] PLACES = {-Math.sqrt(0.15), 0, Math.sqrt(0.15)};

  private static final double[] WEIGHTS = {5 / 18.0, 8 / 18.0, 5 / 18.0};

  private final double centreX;
  private final double centreY;
  private final double half;

  PlaneDensities(double centreX, double centreY, double half) {
    this.centreX = centreX;
    this.centreY = centreY;
    this.half = half;
  }

  /** The density on the square that holds all of it but a millionth or less. */
  public DensityGrid grid() {
    return switch (this) {
      case TWO_MOONS -> moons();
      case EIGHT_GAUSSIANS -> blobs(circle(8, 4 / Math.sqrt(2), 0.5 / Math.sqrt(2)));
      case PINWHEEL -> integrated(PlaneDensities::pinwheel);
      case CHECKERBOARD -> integrated(PlaneDensities::checkerboard);
      case RINGS -> rings();
      case TWO_SPIRALS -> spirals();
    };
  }

  /** The side of a cell, in the density's own units. */
  public double cell() {
    return 2 * half / DensityGrid.SIDE;
  }

  /** The middle of the square along x; that of cell (0, 0) lies half a square to the left. */
  public double centreX() {
    return centreX;
  }

  /** The middle of the square along y. */
  public double centreY() {
    return centreY;
  }

  /** A Gaussian with the same deviation in all directions. */
  private record Blob(double x, double y, double deviation) {}

  private DensityGrid moons() {
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      double angle = Math.PI * (i + 0.5) / NODES;
      blobs.add(new Blob(StrictMath.cos(angle), StrictMath.sin(angle), 0.1));
      blobs.add(new Blob(1 - StrictMath.cos(angle), 0.5 - StrictMath.sin(angle), 0.1));
    }
    return blobs(blobs);
  }

  private DensityGrid rings() {
    List<Blob> blobs = new ArrayList<>();
    for (int radius = 1; radius <= 3; radius++) {
      blobs.addAll(circle(NODES, radius, 0.15));
    }
    return blobs(blobs);
  }

  private DensityGrid spirals() {
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      double angle = 3 * Math.PI * Math.sqrt((i + 0.5) / NODES);
      double x = -StrictMath.cos(angle) * angle / 3;
      double y = StrictMath.sin(angle) * angle / 3;
      blobs.add(new Blob(x, y, 0.1));
      blobs.add(new Blob(-x, -y, 0.1));
    }
    return blobs(blobs);
  }

  private static List<Blob> circle(int count, double radius, double deviation) {
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double angle = 2 * Math.PI * i / count;
      blobs.add(
          new Blob(radius * StrictMath.cos(angle), radius * StrictMath.sin(angle), deviation));
    }
    return blobs;
  }

  /** Blobs, equally likely: the mass of a cell is a product of those of two intervals. */
  private DensityGrid blobs(List<Blob> blobs) {
    double[] masses = new double[DensityGrid.SIDE * DensityGrid.SIDE];
    for (Blob blob : blobs) {
      double[] alongX = intervals(blob.x() - centreX, blob.deviation());
      double[] alongY = intervals(blob.y() - centreY, blob.deviation());
      for (int x = 0; x < DensityGrid.SIDE; x++) {
        if (alongX[x] > 0) {
          for (int y = 0; y < DensityGrid.SIDE; y++) {
            masses[x * DensityGrid.SIDE + y] += alongX[x] * alongY[y] / blobs.size();
          }
        }
      }
    }
    return new DensityGrid(masses);
  }

  /** The mass of a Gaussian on the cells of an axis. */
  private double[] intervals(double mean, double deviation) {
    double[] masses = new double[DensityGrid.SIDE];
    double scale = cell() / (deviation * Math.sqrt(2 * Math.PI));
    for (int i = 0; i < masses.length; i++) {
      for (int k = 0; k < PLACES.length; k++) {
        double z = ((i + 0.5 + PLACES[k]) * cell() - half - mean) / deviation;
        if (Math.abs(z) < REACH) {
          masses[i] += WEIGHTS[k] * scale * StrictMath.exp(-z * z / 2);
        }
      }
    }
    return masses;
  }

  /** Any density, by quadrature on each cell. */
  private DensityGrid integrated(DoubleBinaryOperator density) {
    double[] masses = new double[DensityGrid.SIDE * DensityGrid.SIDE];
    for (int x = 0; x < DensityGrid.SIDE; x++) {
      for (int y = 0; y < DensityGrid.SIDE; y++) {
        masses[x * DensityGrid.SIDE + y] = mass(density, x, y);
      }
    }
    return new DensityGrid(masses);
  }

  private double mass(DoubleBinaryOperator density, int x, int y) {
    double mass = 0;
    for (int k = 0; k < PLACES.length; k++) {
      double atX = (x + 0.5 + PLACES[k]) * cell() - half + centreX;
      for (int l = 0; l < PLACES.length; l++) {
        double atY = (y + 0.5 + PLACES[l]) * cell() - half + centreY;
        mass += WEIGHTS[k] * WEIGHTS[l] * density.applyAsDouble(atX, atY);
      }
    }
    return mass * cell() * cell();
  }

  private static double checkerboard(double x, double y) {
    boolean inside = Math.max(Math.abs(x), Math.abs(y)) < 4;
    int square = (int) (Math.floor(x / 2) + Math.floor(y / 2));
    return inside && Math.floorMod(square, 2) == 0 ? 1.0 / 32 : 0;
  }

  /**
   * Turning by an angle that depends on the radius keeps areas, so the density is that of the
   * Gaussian the point was turned from; Johnson et al. (2016) turn by one that depends on x.
   */
  private static double pinwheel(double x, double y) {
    double radius = StrictMath.hypot(x, y);
    double density = 0;
    for (int arm = 0; arm < 5; arm++) {
      double angle = StrictMath.atan2(y, x) - 2 * Math.PI * arm / 5 - twist(radius);
      double along = (radius * StrictMath.cos(angle) - 2) / 0.6;
      double across = radius * StrictMath.sin(angle) / 0.2;
      density +=
          StrictMath.exp(-(along * along + across * across) / 2) / (5 * 2 * Math.PI * 0.6 * 0.2);
    }
    return density;
  }

  /** The angle, radians, by which points so far from the origin are turned. */
  static double twist(double radius) {
    return 0.25 * StrictMath.exp(radius / 2);
  }
}
