package io.varve.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.varve.training.data.drawn.PlaneDensities;
import io.varve.training.data.set.DensityGrid;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DensityTest {
  /** A square holds what lies within five deviations of each Gaussian or more. */
  private static final double BEYOND = 2e-6;

  private static final int DRAWS = 100_000;

  /** Cells of the chi-square test: 16 by 16, those with few expected taken together. */
  private static final int COARSE = 16;

  private static final double LEAST_EXPECTED = 10;

  /** A normal deviate is beyond this once in 30,000 tests; seeds are fixed, so a test is one. */
  private static final double DEVIATIONS = 4;

  /** Points 0 to 999 of seed 0; changing what is drawn changes published figures. */
  private static final long CHECKSUM = 97_274_375L;

  /** Checksums of all masses of a density. */
  private static final Map<PlaneDensities, Long> MASSES =
      Map.of(
          PlaneDensities.TWO_MOONS, 1_167_227_916L,
          PlaneDensities.EIGHT_GAUSSIANS, 2_262_882_369L,
          PlaneDensities.PINWHEEL, 2_152_639_722L,
          PlaneDensities.CHECKERBOARD, 1_825_250_034L,
          PlaneDensities.RINGS, 706_599_555L,
          PlaneDensities.TWO_SPIRALS, 1_567_413_722L);

  @ParameterizedTest
  @EnumSource
  void integratesToOne(PlaneDensities name) {
    DensityGrid grid = name.grid();
    assertThat(grid.covered()).isCloseTo(1, within(BEYOND));
    double sum = 0;
    for (int i = 0; i < DensityGrid.SIDE * DensityGrid.SIDE; i++) {
      assertThat(grid.mass(i / DensityGrid.SIDE, i % DensityGrid.SIDE)).isNotNegative();
      sum += grid.mass(i / DensityGrid.SIDE, i % DensityGrid.SIDE);
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void drawsFollowTheMasses(PlaneDensities name) {
    Split points = new Density(name, DRAWS, 1, 3).open().train();
    int[][] cells = new int[DRAWS][];
    for (int i = 0; i < DRAWS; i++) {
      byte[] point = DataFiles.read(points, i);
      cells[i] = new int[] {Byte.toUnsignedInt(point[0]), Byte.toUnsignedInt(point[1])};
    }
    requireLaw(cells, points.density().orElseThrow());
  }

  /** The masses are integrals of a formula; here are points made as the benchmarks are told. */
  @ParameterizedTest
  @EnumSource
  void massesAreThoseOfTheStory(PlaneDensities name) {
    Random random = new Random(5);
    int[][] cells = new int[DRAWS][];
    for (int i = 0; i < DRAWS; i++) {
      double[] point = told(name, random);
      cells[i] =
          new int[] {
            cell(point[0] - name.centreX(), name.cell()),
            cell(point[1] - name.centreY(), name.cell())
          };
    }
    requireLaw(cells, name.grid());
  }

  private static int cell(double fromTheMiddle, double side) {
    return Math.max(0, Math.min(255, (int) Math.floor(fromTheMiddle / side + 128)));
  }

  private static double[] told(PlaneDensities name, Random random) {
    return switch (name) {
      case TWO_MOONS -> {
        double angle = Math.PI * random.nextDouble();
        boolean upper = random.nextBoolean();
        yield noisy(
            random,
            0.1,
            upper ? Math.cos(angle) : 1 - Math.cos(angle),
            upper ? Math.sin(angle) : 0.5 - Math.sin(angle));
      }
      case EIGHT_GAUSSIANS -> {
        double angle = Math.PI / 4 * random.nextInt(8);
        double root = Math.sqrt(2);
        yield noisy(random, 0.5 / root, 4 * Math.cos(angle) / root, 4 * Math.sin(angle) / root);
      }
      case PINWHEEL -> {
        double[] blade = {2 + 0.6 * random.nextGaussian(), 0.2 * random.nextGaussian()};
        double radius = Math.hypot(blade[0], blade[1]);
        double turn = 2 * Math.PI * random.nextInt(5) / 5 + 0.25 * Math.exp(radius / 2);
        yield new double[] {
          Math.cos(turn) * blade[0] - Math.sin(turn) * blade[1],
          Math.sin(turn) * blade[0] + Math.cos(turn) * blade[1]
        };
      }
      case CHECKERBOARD -> {
        int column = random.nextInt(4);
        int row = 2 * random.nextInt(2) + column % 2;
        yield new double[] {
          2 * (column + random.nextDouble()) - 4, 2 * (row + random.nextDouble()) - 4
        };
      }
      case RINGS -> {
        double angle = 2 * Math.PI * random.nextDouble();
        double radius = 1 + random.nextInt(3);
        yield noisy(random, 0.15, radius * Math.cos(angle), radius * Math.sin(angle));
      }
      case TWO_SPIRALS -> {
        double angle = 3 * Math.PI * Math.sqrt(random.nextDouble());
        int sign = random.nextBoolean() ? 1 : -1;
        double radius = sign * angle / 3;
        yield noisy(random, 0.1, -radius * Math.cos(angle), radius * Math.sin(angle));
      }
    };
  }

  private static double[] noisy(Random random, double deviation, double x, double y) {
    return new double[] {
      x + deviation * random.nextGaussian(), y + deviation * random.nextGaussian()
    };
  }

  /** Pearson's chi-square by coarse cells, and the entropy as the mean of what draws surprise. */
  private static void requireLaw(int[][] cells, DensityGrid grid) {
    double[] expected = new double[COARSE * COARSE];
    double[] found = new double[COARSE * COARSE];
    double spread = 0;
    for (int i = 0; i < DensityGrid.SIDE * DensityGrid.SIDE; i++) {
      double mass = grid.mass(i / DensityGrid.SIDE, i % DensityGrid.SIDE);
      expected[coarse(i / DensityGrid.SIDE, i % DensityGrid.SIDE)] += mass * cells.length;
      spread += mass > 0 ? mass * Math.pow(Math.log(mass) + grid.entropy(), 2) : 0;
    }
    double surprise = 0;
    for (int[] cell : cells) {
      found[coarse(cell[0], cell[1])]++;
      surprise -= Math.log(grid.mass(cell[0], cell[1])) / cells.length;
    }
    double few = 0;
    double foundFew = 0;
    double chiSquare = 0;
    int freedom = 0;
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] < LEAST_EXPECTED) {
        few += expected[i];
        foundFew += found[i];
      } else {
        chiSquare += Math.pow(found[i] - expected[i], 2) / expected[i];
        freedom++;
      }
    }
    if (few > LEAST_EXPECTED) {
      chiSquare += Math.pow(foundFew - few, 2) / few;
    }
    // Wilson and Hilferty (1931): the cube root of a chi-square over its freedom is nearly normal.
    double ninth = 2.0 / (9 * freedom);
    double deviate = (Math.cbrt(chiSquare / freedom) - 1 + ninth) / Math.sqrt(ninth);
    assertThat(deviate).as("chi-square %s of %d", chiSquare, freedom).isLessThan(DEVIATIONS);
    double error = Math.sqrt(spread / cells.length);
    assertThat(surprise)
        .isCloseTo(grid.entropy(), within(DEVIATIONS * error + 1e-9)); // none on a checkerboard
  }

  private static int coarse(int x, int y) {
    int side = DensityGrid.SIDE / COARSE;
    return x / side * COARSE + y / side;
  }

  /** In the density's own units the entropy of a checkerboard is that of its area: 5 bits. */
  @Test
  void knowsTheEntropyOfAreas() {
    double cells = 2 * Math.log(PlaneDensities.CHECKERBOARD.cell());
    assertThat(PlaneDensities.CHECKERBOARD.grid().entropy() + cells)
        .isCloseTo(5 * Math.log(2), within(1e-12));
  }

  /** Eight Gaussians six deviations apart, and what cells of a twentieth deviation blur. */
  @Test
  void knowsTheEntropyOfGaussiansApart() {
    double one = 1 + Math.log(2 * Math.PI * 0.5 * 0.5 / 2);
    double cells = 2 * Math.log(PlaneDensities.EIGHT_GAUSSIANS.cell());
    assertThat(PlaneDensities.EIGHT_GAUSSIANS.grid().entropy() + cells)
        .isCloseTo(Math.log(8) + one, within(0.02));
  }

  @Test
  void drawsTheSameEverywhere() {
    Split split = new Density(PlaneDensities.TWO_MOONS, 1000, 1, 0).open().train();
    CRC32 sum = new CRC32();
    sum.update(split.memory().orElseThrow());
    assertThat(sum.getValue()).isEqualTo(CHECKSUM);
  }

  /** Bit for bit: what a machine rounds otherwise moves a point to another cell once in a while. */
  @ParameterizedTest
  @EnumSource
  void hasTheSameMassesEverywhere(PlaneDensities name) {
    DensityGrid grid = name.grid();
    ByteBuffer bits = ByteBuffer.allocate(DensityGrid.SIDE * DensityGrid.SIDE * Double.BYTES);
    for (int i = 0; i < DensityGrid.SIDE * DensityGrid.SIDE; i++) {
      bits.putDouble(grid.mass(i / DensityGrid.SIDE, i % DensityGrid.SIDE));
    }
    CRC32 sum = new CRC32();
    sum.update(bits.flip());
    assertThat(sum.getValue()).isEqualTo(MASSES.get(name));
  }

  @Test
  void dependsOnSeedPartAndIndexAlone() {
    Splits few = new Density(PlaneDensities.RINGS, 10, 10, 7).open();
    Splits many = new Density(PlaneDensities.RINGS, 50, 20, 7).open();
    Split reseeded = new Density(PlaneDensities.RINGS, 10, 1, 8).open().train();
    int same = 0;
    for (int i = 0; i < 10; i++) {
      assertThat(DataFiles.read(many.train(), i)).isEqualTo(DataFiles.read(few.train(), i));
      assertThat(DataFiles.read(many.test(), i)).isEqualTo(DataFiles.read(few.test(), i));
      byte[] point = DataFiles.read(few.train(), i);
      same += Arrays.equals(point, DataFiles.read(few.test(), i)) ? 1 : 0;
      same += Arrays.equals(point, DataFiles.read(reseeded, i)) ? 1 : 0;
    }
    assertThat(same).isZero();
    assertThat(few.train().shape()).containsExactly(2, 1, 1);
    assertThat(few.test().first(3).density()).isPresent();
  }

  @Test
  void checksItsKeys() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Density(PlaneDensities.RINGS, 0, 1, 0))
        .withMessage("count and test-count must be 1 to 100000000, found 0 and 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Density(PlaneDensities.RINGS, 1, 100_000_001, 0))
        .withMessageContaining("found 1 and 100000001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Density(PlaneDensities.RINGS, 1, 1, 0).at("data"))
        .withMessageContainingAll("data: ", "drop --data");
  }
}
