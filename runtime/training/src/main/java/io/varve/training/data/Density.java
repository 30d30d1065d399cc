package io.varve.training.data;

import io.varve.spi.Default;
import io.varve.spi.Named;
import io.varve.training.data.drawn.PlaneDensities;
import io.varve.training.data.set.DensityGrid;
import io.varve.training.data.set.InMemory;
import io.varve.training.data.set.KeyedRandom;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Points of the plane drawn from a density that is known: [2, 1, 1], the cell of x and that of y of
 * 256 each. With {@code dequantize} a model sees numbers in (0, 1), evenly spread within a cell.
 * Point i of a seed is the same on every machine, and points of the two parts have nothing in
 * common.
 *
 * @param name of the density
 * @param count training points
 * @param testCount test points
 * @param seed chooses the points
 */
@Named(value = "density", examples = "{name: two-moons}")
public record Density(
    PlaneDensities name,
    @Default("200000") int count,
    @Default("20000") int testCount,
    @Default("0") long seed)
    implements Source {
  private static final int MOST = 100_000_000;

  /** Checks the keys. */
  public Density {
    if (Math.min(count, testCount) < 1 || Math.max(count, testCount) > MOST) {
      throw new IllegalArgumentException(
          "count and test-count must be 1 to %d, found %d and %d"
              .formatted(MOST, count, testCount));
    }
  }

  @Override
  public Splits open() {
    DensityGrid grid = name.grid();
    return new Splits(draw(grid, count, 0), draw(grid, testCount, 1));
  }

  private Split draw(DensityGrid grid, int points, int part) {
    byte[] all = new byte[2 * points];
    IntStream.range(0, points)
        .parallel()
        .forEach(i -> grid.draw(KeyedRandom.of(seed, part, i), all, 2 * i));
    ByteBuffer buffer = ByteBuffer.allocateDirect(all.length).put(all).flip();
    return new InMemory(new int[] {2, 1, 1}, buffer, Optional.of(grid));
  }
}
