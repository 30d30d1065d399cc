package io.varve.conformance.transforms;

import static io.varve.conformance.rule.Claim.require;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.rule.Rule;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.List;
import java.util.function.BiConsumer;

/** The rules T1 to T5, for transforms. */
public final class TransformRules {
  /** Rounding of a few operations in single precision, relative: 4 units in the last place. */
  private static final double ROUNDING = 0x1p-21;

  /** Not images, or images that do not halve. */
  private static final List<Shape> ODD =
      SampleSpaces.shapes("5 4x4 1x1x1 1x5x7 3x1x9 4x6x6 2x3x4x4");

  private final TransformProbes probes;
  private final Transform transform;

  TransformRules(TransformProbes probes) {
    this.probes = probes;
    this.transform = (Transform) probes.subject().component();
  }

  /** Tries a batch of many images and one of one. */
  @Rule
  void t1_deliversTheSpaceItPromises() {
    probes.accepted().forEach(this::requireShape);
  }

  private void requireShape(Space x, Space y) {
    try (NDManager scope = SeededRows.manager()) {
      NDArray images = TransformImages.of(scope, DataType.FLOAT32, x);
      for (NDArray batch : List.of(images, images.get("0:1"))) {
        Shape expected = new Shape(batch.getShape().get(0)).addAll(y.shape());
        Shape found = transform.apply(batch, x).getShape();
        require(
            found.equals(expected),
            "apply to %s of %s gives shape %s, expected %s as space() says"
                .formatted(batch.getShape(), SampleSpaces.words(x), found, expected));
      }
    }
  }

  /** Black, white, every level, noise and pictures all land on the promised grid. */
  @Rule
  void t2_valuesLieOnTheGrid() {
    probes.accepted().forEach(this::requireGrid);
  }

  private void requireGrid(Space x, Space y) {
    try (NDManager scope = SeededRows.manager()) {
      NDArray result = transform.apply(TransformImages.of(scope, DataType.FLOAT32, x), x);
      Numbers.requireOnGrid("apply to " + SampleSpaces.words(x), y, result);
    }
  }

  /** Applies it again after other images, under another seed, and as a record bound anew. */
  @Rule
  void t3_sameImagesGiveTheSame() {
    Transform twin = (Transform) probes.subject().again();
    probes
        .accepted()
        .keySet()
        .forEach(
            x -> {
              double[] first = applied(transform, x, 1);
              requireSame(x, "a second time", first, applied(transform, x, 2));
              requireSame(x, "by a record bound anew", first, applied(twin, x, 1));
            });
  }

  private static double[] applied(Transform transform, Space x, int seed) {
    Engine.getInstance().setRandomSeed(seed);
    try (NDManager scope = SeededRows.manager()) {
      NDArray images = TransformImages.of(scope, DataType.FLOAT32, x);
      double[] values = Numbers.of(transform.apply(images, x));
      transform.apply(images.get("1:2"), x); // white: what a state would remember
      return values;
    }
  }

  private static void requireSame(Space x, String how, double[] first, double[] again) {
    require(
        first.length == again.length,
        "apply to %s gives %d values, %s %d"
            .formatted(SampleSpaces.words(x), first.length, how, again.length));
    for (int i = 0; i < first.length; i++) {
      require(
          Math.abs(first[i] - again[i]) < 0.5 || first[i] == again[i],
          "apply to %s: value %d is %s, %s %s"
              .formatted(SampleSpaces.words(x), i, first[i], how, again[i]));
    }
  }

  /** What it does not refuse it must be able to do. */
  @Rule
  void t4_refusesWhatItCannotMap() {
    for (Shape shape : ODD) {
      for (int levels : new int[] {7, 2, 0}) {
        Space x = new Space(shape, levels);
        probes.space(x).ifPresent(y -> requireMapped(x, y));
      }
    }
  }

  private void requireMapped(Space x, Space y) {
    boolean sound = y.levels() == 0 || y.levels() >= 2;
    for (long axis : y.shape().getShape()) {
      sound &= axis > 0;
    }
    require(
        sound,
        "space %s gives %s, expected sizes of at least 1 and 0 or at least 2 levels"
            .formatted(SampleSpaces.words(x), SampleSpaces.words(y)));
    try {
      requireShape(x, y);
      requireGrid(x, y);
    } catch (RuntimeException e) {
      throw new AssertionError(
          "space takes %s, but apply throws %s; expected space to refuse it"
              .formatted(SampleSpaces.words(x), String.valueOf(e).lines().findFirst().orElse("")),
          e);
    }
  }

  /** Single precision derives the levels that double precision does. */
  @Rule(Rule.Strength.OPTIONAL)
  void t5_singlePrecisionDerivesTheSameLevels() {
    onGrids(
        (x, exact) -> {
          try (NDManager scope = SeededRows.manager()) {
            NDArray images = TransformImages.of(scope, DataType.FLOAT32, x);
            requireSame(x, "in single precision", exact, Numbers.of(transform.apply(images, x)));
          }
        });
  }

  /** Levels moved by no more than rounding derive the same levels. */
  @Rule(Rule.Strength.OPTIONAL)
  void t5_levelsAreNoTies() {
    onGrids(
        (x, exact) -> {
          for (double sign : new double[] {-1, 1}) {
            try (NDManager scope = SeededRows.manager()) {
              NDArray images = TransformImages.of(scope, DataType.FLOAT64, x);
              NDArray moved = images.mul(scope.create(1 + sign * ROUNDING));
              requireSame(
                  x,
                  "with the image off by " + Numbers.text(sign * ROUNDING),
                  exact,
                  Numbers.of(transform.apply(moved, x)));
            }
          }
        });
  }

  private void onGrids(BiConsumer<Space, double[]> rule) {
    probes
        .accepted()
        .forEach(
            (x, y) -> {
              if (y.levels() > 0) {
                try (NDManager scope = SeededRows.manager()) {
                  NDArray images = TransformImages.of(scope, DataType.FLOAT64, x);
                  rule.accept(x, Numbers.of(transform.apply(images, x)));
                }
              }
            });
  }
}
