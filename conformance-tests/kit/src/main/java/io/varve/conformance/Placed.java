package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.Probe.Input;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bijection as it was built for one event and one context.
 *
 * @param built the bijection
 * @param event the shape of what it maps
 * @param context the shapes of what it reads
 * @param domain the values it maps: 0 for all real numbers, {@link Input#UNIT} for those in (0, 1)
 * @param range the values it maps to
 */
record Placed(Bijection built, Shape event, List<Shape> context, int domain, int range) {
  /** Cheapest first; some bijectors want an even number of values, some images. */
  private static final List<Shape> EVENTS =
      List.of(new Shape(4), new Shape(6), new Shape(3), new Shape(1));

  private static final List<Shape> IMAGES =
      List.of(
          new Shape(2, 2, 2),
          new Shape(1, 4, 4),
          new Shape(3, 4, 4),
          new Shape(4, 4, 4),
          new Shape(3, 8, 8));

  private static final List<Shape> LARGER =
      List.of(new Shape(8), new Shape(12), new Shape(2, 8, 8), new Shape(3, 16, 16));

  private static final List<Shape> NONE = List.of();
  private static final List<Shape> ONE = List.of(new Shape(3));
  private static final List<Shape> TWO = List.of(new Shape(3), new Shape(5));

  static final Site SITE = new Site("z.shared[0]", 1);

  /** The shapes of an event and its context. */
  record Shapes(Shape event, List<Shape> context) {
    @Override
    public String toString() {
      String of = Arrays.toString(event.getShape());
      return context.isEmpty()
          ? of
          : of
              + context.stream()
                  .map(shape -> Arrays.toString(shape.getShape()))
                  .collect(Collectors.joining(", ", " given ", ""));
    }
  }

  /** Whatever a bijector may be asked to map, which it may refuse. */
  static List<Shapes> candidates() {
    List<Shapes> candidates = new ArrayList<>();
    for (Shape event : Stream.concat(EVENTS.stream(), IMAGES.stream()).toList()) {
      for (List<Shape> context : List.of(NONE, ONE, TWO, List.of(event))) {
        candidates.add(new Shapes(event, context));
      }
    }
    return candidates;
  }

  /** Up to three that it accepts and maps: a vector, a vector with context, an image. */
  static List<Placed> of(Bijector bijector, NDManager manager) {
    return Stream.of(
            first(bijector, manager, EVENTS, List.of(NONE)),
            first(bijector, manager, EVENTS, List.of(TWO, ONE)),
            first(bijector, manager, IMAGES, Arrays.asList(NONE, null, ONE)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The same on an event of more numbers, if that is accepted. */
  Optional<Placed> larger(Bijector bijector, NDManager manager) {
    boolean image = event.dimension() > 1;
    List<Shape> events = LARGER.stream().filter(shape -> (shape.dimension() > 1) == image).toList();
    List<Shape> own = context.equals(List.of(event)) ? null : context;
    return first(bijector, manager, events, Arrays.asList(own, own));
  }

  /** The first event with the first context that is accepted; null is a context like the event. */
  private static Optional<Placed> first(
      Bijector bijector, NDManager manager, List<Shape> events, List<List<Shape>> contexts) {
    for (List<Shape> context : contexts) {
      for (Shape event : events) {
        Shapes shapes = new Shapes(event, context == null ? List.of(event) : context);
        Optional<Placed> placed = place(bijector, manager, shapes);
        if (placed.isPresent()) {
          return placed;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Placed> place(Bijector bijector, NDManager manager, Shapes shapes) {
    try (NDManager owner = manager.newSubManager()) {
      // What was tried on numbers it may not map is not what is judged.
      Bijection tried = bijector.build(SITE, shapes.event(), shapes.context());
      Placed real = new Placed(tried, shapes.event(), shapes.context(), 0, 0);
      int domain = real.finite(owner, true) ? 0 : Input.UNIT;
      int range = real.finite(owner, false) ? 0 : Input.UNIT;
      Bijection built = bijector.build(SITE, shapes.event(), shapes.context());
      return Optional.of(new Placed(built, shapes.event(), shapes.context(), domain, range));
    } catch (RuntimeException e) {
      return Optional.empty(); // whether it refuses as it should is what B1 is about
    }
  }

  private boolean finite(NDManager owner, boolean forward) {
    Trial trial = new Trial(probe(forward), owner);
    return trial.run(trial.parameters(DataType.FLOAT64), DataType.FLOAT64, 0, 1, 2).stream()
        .flatMapToDouble(result -> Arrays.stream(result.values()))
        .allMatch(Double::isFinite);
  }

  /** Where it stands, for messages: {@code [4] given [3]}. */
  String where() {
    return new Shapes(event, context).toString();
  }

  /** Forward, or inverse, as array code. */
  Probe probe(boolean forward) {
    List<Input> inputs = new ArrayList<>();
    inputs.add(new Input(forward ? "x" : "y", event, forward ? domain : range));
    for (Shape shape : context) {
      inputs.add(new Input("context" + (inputs.size() - 1), shape, 0));
    }
    return new Probe(
        (forward ? "forward " : "inverse ") + where(),
        inputs,
        built.parameters(),
        (pass, given) -> {
          NDList read = new NDList(given.subList(1, given.size()));
          Mapped mapped = map(pass, forward, given.head(), read);
          return new NDList(mapped.value(), mapped.logDet());
        });
  }

  /** f(x), or its inverse. */
  Mapped map(Pass pass, boolean forward, NDArray x, NDList context) {
    return forward ? built.forward(pass, x, context) : built.inverse(pass, x, context);
  }

  /** Context for these rows. */
  NDList context(NDManager scope, DataType type, long seed, int... rows) {
    NDList arrays = new NDList();
    for (Shape shape : context) {
      arrays.add(Trials.normal(scope, type, shape, seed + arrays.size(), rows));
    }
    return arrays;
  }
}
