package io.varve.conformance.records;

import static io.varve.conformance.rule.Claim.require;

import io.varve.conformance.arrays.SampleSpaces;
import io.varve.conformance.bijectors.BijectionShapes;
import io.varve.conformance.bijectors.BuiltBijection;
import io.varve.conformance.networks.NetworkShapes;
import io.varve.conformance.rule.Refusal;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Hierarchy;
import io.varve.spi.Network;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Site;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Builds what a component builds, wherever in a model it may stand. */
final class BuildAttempts {
  private static final List<Progress> MOMENTS =
      List.of(new Progress(0, 0), new Progress(123, 1.5), new Progress(1_000_000, 1e4));

  /** What is built in one place. */
  private record Attempt(String what, Supplier<Object> build) {}

  private BuildAttempts() {}

  /**
   * Whether a component builds somewhere; stops at the first such place.
   *
   * @throws AssertionError one line, if it fails where it neither builds nor refuses as it should
   */
  static boolean somewhere(Component component) {
    return attempts(component)
        .anyMatch(attempt -> Refusal.unlessRefused(attempt.what(), attempt.build()).isPresent());
  }

  /** The first failure at a place where it neither builds nor refuses as it should. */
  static Optional<String> failure(Component component) {
    try {
      somewhere(component);
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Stream<Attempt> attempts(Component component) {
    if (component instanceof Bijector it) {
      Site site = BuiltBijection.SITE;
      return at("build for ", BijectionShapes.all(), s -> it.build(site, s.event(), s.context()));
    } else if (component instanceof Network it) {
      Site site = BuiltBijection.SITE;
      return at("build for ", NetworkShapes.all(), s -> it.build(site, s.inputs(), s.outputs()));
    } else if (component instanceof Family it) {
      return at("parameters of ", SampleSpaces.ofFamilies(), it::parameters);
    } else if (component instanceof Transform it) {
      return at("space of ", SampleSpaces.data(), it::space);
    } else if (component instanceof Hierarchy it) {
      return at("nodes for ", SampleSpaces.data(), it::nodes);
    } else if (component instanceof Schedule it) {
      return at("value at ", MOMENTS, moment -> value(it, moment));
    }
    throw new IllegalStateException(component + " is of a kind the kit does not know");
  }

  private static <T> Stream<Attempt> at(String what, List<T> places, Function<T, Object> build) {
    return places.stream().map(place -> new Attempt(what + place, () -> build.apply(place)));
  }

  private static double value(Schedule schedule, Progress at) {
    double value = schedule.at(at);
    require(
        Double.isFinite(value),
        "at %s its value is %s, expected a finite one".formatted(at, value));
    return value;
  }
}
