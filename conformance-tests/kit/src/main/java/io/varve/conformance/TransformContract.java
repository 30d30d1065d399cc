package io.varve.conformance;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.model.binder.Binder;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The rules T1 and on, for transforms. */
final class TransformContract extends ArrayContract {
  /** Rounding of a few operations in single precision, relative: 4 units in the last place. */
  private static final double ROUNDING = 0x1p-21;

  /** Data of 256 levels, binary, of other numbers of levels, and real. */
  private static final int[] LEVELS = {256, 2, 4, 7, 0};

  /** Not images, or images that do not halve. */
  private static final List<Shape> ODD =
      List.of(
          new Shape(5),
          new Shape(4, 4),
          new Shape(1, 1, 1),
          new Shape(1, 5, 7),
          new Shape(3, 1, 9),
          new Shape(4, 6, 6),
          new Shape(2, 3, 4, 4));

  private final Transform transform;

  TransformContract(Subject subject) {
    super(subject);
    this.transform = (Transform) subject.component();
  }

  /** The two smallest images that are not refused, and one of each other number of levels. */
  private Map<Space, Space> accepted() {
    Map<Space, Space> accepted = new LinkedHashMap<>();
    for (int levels : LEVELS) {
      int found = 0;
      for (Space x : SampleSpaces.spaces(levels)) {
        Optional<Space> y = space(x);
        if (y.isPresent() && found++ < (levels == 256 ? 2 : 1)) {
          accepted.put(x, y.get());
        }
      }
    }
    require(!accepted.isEmpty(), "refuses every image tried, up to [3, 32, 32] of 256 levels");
    return accepted;
  }

  private Optional<Space> space(Space x) {
    return Trials.unlessRefused("space " + SampleSpaces.words(x), () -> transform.space(x));
  }

  @Override
  List<Probe> probes() {
    List<Probe> probes = probed().stream().map(x -> probe(SampleSpaces.words(x), x)).toList();
    if (probes.isEmpty()) {
      throw new NotApplicable("takes neither images of 256 levels nor binary ones");
    }
    return probes;
  }

  private List<Space> probed() {
    return accepted().keySet().stream()
        .filter(x -> x.levels() == 256 || x.levels() == 2)
        .limit(2)
        .toList();
  }

  @Override
  List<Probe> larger() {
    List<Probe> larger = new ArrayList<>();
    for (Space x : probed()) {
      Space twice = new Space(SampleSpaces.larger(x.shape()), x.levels());
      space(twice).ifPresent(y -> larger.add(probe(SampleSpaces.words(x), twice)));
    }
    return larger;
  }

  private Probe probe(String name, Space x) {
    return new Probe(
        "apply " + name,
        List.of(new Probe.Input("x", x.shape(), x.levels())),
        List.of(),
        false,
        (pass, inputs) -> new NDList(transform.apply(inputs.singletonOrThrow(), x)));
  }

  /** Tries a batch of many images and one of one. */
  @Rule
  public void t1_deliversTheSpaceItPromises() {
    accepted().forEach(this::requireShape);
  }

  private void requireShape(Space x, Space y) {
    try (NDManager scope = Trials.manager()) {
      NDArray images = Images.of(scope, DataType.FLOAT32, x);
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
  public void t2_valuesLieOnTheGrid() {
    accepted().forEach(this::requireGrid);
  }

  private void requireGrid(Space x, Space y) {
    try (NDManager scope = Trials.manager()) {
      NDArray result = transform.apply(Images.of(scope, DataType.FLOAT32, x), x);
      Grid.requireOn("apply to " + SampleSpaces.words(x), y, result);
    }
  }

  /** Applies it again after other images, under another seed, and as a record bound anew. */
  @Rule
  public void t3_sameImagesGiveTheSame() {
    Transform twin =
        (Transform)
            new Binder(subject.catalog())
                .bind(subject.toString(), subject.example(), transform.getClass());
    accepted()
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
    try (NDManager scope = Trials.manager()) {
      NDArray images = Images.of(scope, DataType.FLOAT32, x);
      double[] values = Trials.doubles(transform.apply(images, x));
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
  public void t4_refusesWhatItCannotMap() {
    for (Shape shape : ODD) {
      for (int levels : new int[] {7, 2, 0}) {
        Space x = new Space(shape, levels);
        space(x).ifPresent(y -> requireMapped(x, y));
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
  @Rule(Rule.Level.OPTIONAL)
  public void t5_singlePrecisionDerivesTheSameLevels() {
    onGrids(
        (x, exact) -> {
          try (NDManager scope = Trials.manager()) {
            NDArray images = Images.of(scope, DataType.FLOAT32, x);
            requireSame(
                x, "in single precision", exact, Trials.doubles(transform.apply(images, x)));
          }
        });
  }

  /** Levels moved by no more than rounding derive the same levels. */
  @Rule(Rule.Level.OPTIONAL)
  public void t5_levelsAreNoTies() {
    onGrids(
        (x, exact) -> {
          for (double sign : new double[] {-1, 1}) {
            try (NDManager scope = Trials.manager()) {
              NDArray images = Images.of(scope, DataType.FLOAT64, x);
              NDArray moved = images.mul(scope.create(1 + sign * ROUNDING));
              requireSame(
                  x,
                  "with the image off by " + Trials.number(sign * ROUNDING),
                  exact,
                  Trials.doubles(transform.apply(moved, x)));
            }
          }
        });
  }

  private void onGrids(BiConsumer<Space, double[]> rule) {
    accepted()
        .forEach(
            (x, y) -> {
              if (y.levels() > 0) {
                try (NDManager scope = Trials.manager()) {
                  NDArray images = Images.of(scope, DataType.FLOAT64, x);
                  rule.accept(x, Trials.doubles(transform.apply(images, x)));
                }
              }
            });
  }
}
