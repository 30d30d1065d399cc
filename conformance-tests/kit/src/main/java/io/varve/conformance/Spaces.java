package io.varve.conformance;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Family;
import io.varve.spi.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The spaces that families are tried on. An example does not say where it lives, so each candidate
 * is offered, and those that are not refused are used: single numbers, few numbers, images.
 */
final class Spaces {
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(1),
          new Shape(1, 1, 1),
          new Shape(3),
          new Shape(2),
          new Shape(4),
          new Shape(6),
          new Shape(2, 1, 1),
          new Shape(3, 1, 1),
          new Shape(1, 2, 2),
          new Shape(3, 2, 2),
          new Shape(2, 4, 4),
          new Shape(1, 4, 4),
          new Shape(3, 8, 8),
          new Shape(2, 16, 16),
          new Shape(1, 28, 28),
          new Shape(3, 32, 32),
          new Shape(48));

  /** Numbers of levels that data have; 0 for real numbers. */
  private static final List<Integer> LEVELS = List.of(0, 2, 4, 256);

  /** Largest event that counts as few numbers. */
  private static final int FEW = 6;

  private Spaces() {}

  /** Every candidate. */
  static List<Space> candidates() {
    return LEVELS.stream()
        .flatMap(levels -> SHAPES.stream().map(shape -> new Space(shape, levels)))
        .toList();
  }

  /** The candidates that a family accepts, real ones first, small ones first. */
  static List<Space> accepted(Family family) {
    return candidates().stream().filter(space -> !refused(family, space)).toList();
  }

  /** Whether {@code parameters} refuses a space. */
  static boolean refused(Family family, Space space) {
    return Refusal.of("parameters of " + text(space), () -> family.parameters(space));
  }

  /**
   * Up to three of different sizes, over real numbers and again over levels, small ones first: one
   * number, few numbers, an image; the larger the more levels.
   */
  static List<Space> varied(List<Space> accepted) {
    List<Space> chosen = new ArrayList<>();
    for (boolean real : new boolean[] {true, false}) {
      int[] preferred = {2, 4, 256};
      for (int tier = 0; tier < 3; tier++) {
        int size = tier;
        int levels = preferred[tier];
        Predicate<Space> fits = s -> (s.levels() == 0) == real && tier(s) == size;
        Optional<Space> best = first(accepted, fits.and(s -> real || s.levels() == levels));
        best.or(() -> first(accepted, fits)).ifPresent(chosen::add);
      }
    }
    return chosen;
  }

  private static int tier(Space space) {
    long size = space.shape().size();
    return size == 1 ? 0 : size <= FEW ? 1 : 2;
  }

  private static Optional<Space> first(List<Space> spaces, Predicate<Space> which) {
    return spaces.stream().filter(which).findFirst();
  }

  /** As {@code [3, 2, 2] of 256 levels}. */
  static String text(Space space) {
    return Arrays.toString(space.shape().getShape())
        + (space.levels() == 0 ? " of real numbers" : " of " + space.levels() + " levels");
  }
}
