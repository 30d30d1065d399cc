package io.varve.conformance;

import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Hierarchy;
import io.varve.spi.Network;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Builds what a component builds, wherever in a model it may stand. */
final class Builds {
  private static final List<Progress> MOMENTS =
      List.of(new Progress(0, 0), new Progress(123, 1.5), new Progress(1_000_000, 1e4));

  /** What is built in one place. */
  private record Attempt(String what, Supplier<Object> build) {}

  private Builds() {}

  /**
   * Whether a component builds somewhere; asks no further than it must.
   *
   * @throws AssertionError one line, if it fails where it neither builds nor refuses as it should
   */
  static boolean somewhere(Component component) {
    return attempts(component)
        .anyMatch(attempt -> Trials.unlessRefused(attempt.what(), attempt.build()).isPresent());
  }

  /** What happens where it neither builds nor refuses as it should, if there is such a place. */
  static Optional<String> failure(Component component) {
    try {
      somewhere(component);
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Stream<Attempt> attempts(Component component) {
    if (component instanceof Bijector bijector) {
      return Placed.candidates().stream()
          .map(
              at ->
                  new Attempt(
                      "build for " + at,
                      () -> bijector.build(Placed.SITE, at.event(), at.context())));
    } else if (component instanceof Network network) {
      return Stream.concat(Signature.USUAL.stream(), Signature.ODD.stream())
          .map(
              at ->
                  new Attempt(
                      "build for " + at,
                      () -> network.build(Placed.SITE, at.inputs(), at.outputs())));
    } else if (component instanceof Family family) {
      return Spaces.candidates().stream()
          .map(at -> new Attempt("parameters of " + at, () -> family.parameters(at)));
    } else if (component instanceof Transform transform) {
      return SampleSpaces.data().stream()
          .map(at -> new Attempt("space of " + at, () -> transform.space(at)));
    } else if (component instanceof Hierarchy hierarchy) {
      return SampleSpaces.data().stream()
          .map(at -> new Attempt("nodes for " + at, () -> hierarchy.nodes(at)));
    } else if (component instanceof Schedule schedule) {
      return MOMENTS.stream().map(at -> new Attempt("value at " + at, () -> value(schedule, at)));
    }
    throw new IllegalStateException(component + " is of a kind the kit does not know");
  }

  private static double value(Schedule schedule, Progress at) {
    double value = schedule.at(at);
    Contract.require(
        Double.isFinite(value),
        "at %s its value is %s, expected a finite one".formatted(at, value));
    return value;
  }
}
