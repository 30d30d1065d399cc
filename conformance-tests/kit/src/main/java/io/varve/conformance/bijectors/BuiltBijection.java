package io.varve.conformance.bijectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.varve.conformance.arrays.Probe;
import io.varve.conformance.arrays.Probe.Input;
import io.varve.conformance.arrays.ProbeParameters;
import io.varve.conformance.arrays.ReadyProbe;
import io.varve.conformance.arrays.SeededRows;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Mapped;
import io.varve.spi.Pass;
import io.varve.spi.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A bijection as it was built for one event and one context.
 *
 * @param bijection what was built
 * @param shapes what it was built for
 * @param domain the values it maps: 0 for all real numbers, {@link Input#UNIT} for those in (0, 1)
 * @param range the values it maps to
 */
public record BuiltBijection(Bijection bijection, BijectionShapes shapes, int domain, int range) {
  /** Where it was built. */
  public static final Site SITE = new Site("z.shared[0]", 1);

  /** Up to three that it accepts and maps: a vector, a vector with context, an image. */
  public static List<BuiltBijection> of(Bijector bijector, NDManager manager) {
    List<Shape> events = BijectionShapes.EVENTS;
    List<Shape> none = BijectionShapes.NONE;
    List<Shape> one = BijectionShapes.ONE;
    return Stream.of(
            first(bijector, manager, events, List.of(none)),
            first(bijector, manager, events, List.of(BijectionShapes.TWO, one)),
            first(bijector, manager, BijectionShapes.IMAGES, Arrays.asList(none, null, one)))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The same on an event of more numbers, if that is accepted. */
  Optional<BuiltBijection> larger(Bijector bijector, NDManager manager) {
    boolean image = event().dimension() > 1;
    List<Shape> events =
        BijectionShapes.LARGER.stream().filter(shape -> (shape.dimension() > 1) == image).toList();
    List<Shape> own = context().equals(List.of(event())) ? null : context();
    return first(bijector, manager, events, Arrays.asList(own, own));
  }

  /** The first event with the first context that is accepted; null is a context like the event. */
  private static Optional<BuiltBijection> first(
      Bijector bijector, NDManager manager, List<Shape> events, List<List<Shape>> contexts) {
    for (List<Shape> context : contexts) {
      for (Shape event : events) {
        List<Shape> read = context == null ? List.of(event) : context;
        Optional<BuiltBijection> built = build(bijector, manager, new BijectionShapes(event, read));
        if (built.isPresent()) {
          return built;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<BuiltBijection> build(
      Bijector bijector, NDManager manager, BijectionShapes shapes) {
    try (NDManager owner = manager.newSubManager()) {
      // What was tried on numbers it may not map is not what is judged.
      Bijection tried = bijector.build(SITE, shapes.event(), shapes.context());
      BuiltBijection real = new BuiltBijection(tried, shapes, 0, 0);
      int domain = real.finite(owner, true) ? 0 : Input.UNIT;
      int range = real.finite(owner, false) ? 0 : Input.UNIT;
      Bijection built = bijector.build(SITE, shapes.event(), shapes.context());
      return Optional.of(new BuiltBijection(built, shapes, domain, range));
    } catch (RuntimeException e) {
      return Optional.empty(); // whether it refuses as it should is what B1 is about
    }
  }

  private boolean finite(NDManager owner, boolean forward) {
    ReadyProbe ready = new ReadyProbe(probe(forward), owner);
    return ready.run(ready.parameters(DataType.FLOAT64), DataType.FLOAT64, 0, 1, 2).stream()
        .flatMapToDouble(result -> Arrays.stream(result.values()))
        .allMatch(Double::isFinite);
  }

  Shape event() {
    return shapes.event();
  }

  List<Shape> context() {
    return shapes.context();
  }

  /** Gives the parameters of both directions their values. */
  void initialise(NDManager manager) {
    new ReadyProbe(probe(true), manager);
    new ReadyProbe(probe(false), manager);
  }

  /** Forward, or inverse, as array code. */
  Probe probe(boolean forward) {
    List<Input> inputs = new ArrayList<>();
    inputs.add(new Input(forward ? "x" : "y", event(), forward ? domain : range));
    for (Shape shape : context()) {
      inputs.add(new Input("context" + (inputs.size() - 1), shape, 0));
    }
    return new Probe(
        direction(forward) + " " + shapes,
        inputs,
        bijection.parameters(),
        (pass, given) -> {
          NDList read = new NDList(given.subList(1, given.size()));
          Mapped mapped = map(pass, forward, given.head(), read);
          return new NDList(mapped.value(), mapped.logDet());
        });
  }

  private Mapped map(Pass pass, boolean forward, NDArray x, NDList context) {
    return forward ? bijection.forward(pass, x, context) : bijection.inverse(pass, x, context);
  }

  /** f(x), or its inverse, in evaluation. */
  Mapped map(ProbeParameters parameters, boolean forward, NDArray x, NDList context) {
    NDManager scope = x.getManager();
    int[] rows = SeededRows.rows(Math.toIntExact(x.size(0)));
    return map(
        ReadyProbe.pass(scope, parameters.in(scope), parameters.type(), rows), forward, x, context);
  }

  /** What it maps, or what its inverse does, for these rows. */
  NDArray values(NDManager scope, DataType type, boolean forward, long seed, int... rows) {
    return SeededRows.input(scope, type, probe(forward).inputs().get(0), seed, rows);
  }

  /** Context for these rows. */
  NDList context(NDManager scope, DataType type, long seed, int... rows) {
    NDList arrays = new NDList();
    for (Shape shape : context()) {
      arrays.add(SeededRows.normal(scope, type, shape, seed + arrays.size(), rows));
    }
    return arrays;
  }

  static String direction(boolean forward) {
    return forward ? "forward" : "inverse";
  }
}
