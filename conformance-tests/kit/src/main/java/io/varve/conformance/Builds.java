package io.varve.conformance;

import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijector;
import io.varve.spi.Component;
import io.varve.spi.Family;
import io.varve.spi.Hierarchy;
import io.varve.spi.Network;
import io.varve.spi.Prior;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Transform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Builds what a component builds, wherever in a model it may stand. */
final class Builds {
  private static final Site SITE = new Site("tried", 1);
  private static final Shape VECTOR = new Shape(5);

  private static final List<Progress> MOMENTS =
      List.of(new Progress(0, 0), new Progress(123, 1.5), new Progress(1_000_000, 1e4));

  /** What is built in one place. */
  private record Attempt(String what, Supplier<Object> build) {}

  private Builds() {}

  /**
   * In how many places a component builds, up to a number of them.
   *
   * @throws AssertionError one line, if it fails where it neither builds nor refuses as it should
   */
  static int accepted(Component component, int most) {
    int accepted = 0;
    for (Attempt attempt : attempts(component)) {
      if (accepted < most && Refusal.or(attempt.what(), attempt.build()).isPresent()) {
        accepted++;
      }
    }
    return accepted;
  }

  private static List<Attempt> attempts(Component component) {
    if (component instanceof Bijector bijector) {
      return bijections(bijector);
    } else if (component instanceof Network network) {
      return blocks(network);
    } else if (component instanceof Schedule schedule) {
      return MOMENTS.stream()
          .map(moment -> new Attempt("at " + moment, () -> finite(schedule.at(moment))))
          .toList();
    }
    List<Attempt> attempts = new ArrayList<>();
    for (Space space : spaces(component)) {
      String where = "on " + Candidates.words(space);
      attempts.add(new Attempt(where, () -> over(component, space)));
    }
    return attempts;
  }

  private static Object finite(double value) {
    Contract.require(Double.isFinite(value), "its value is " + value + ", expected a finite one");
    return value;
  }

  private static Object over(Component component, Space space) {
    if (component instanceof Transform transform) {
      return transform.space(space);
    } else if (component instanceof Family family) {
      return family.parameters(space);
    } else if (component instanceof Hierarchy hierarchy) {
      return hierarchy.nodes(space);
    }
    throw new IllegalStateException(component + " is of a kind the kit does not know");
  }

  private static List<Space> spaces(Component component) {
    List<Space> spaces = new ArrayList<>(Candidates.data());
    if (component instanceof Prior) {
      Candidates.EVENTS.forEach(event -> spaces.add(Space.real(event)));
    }
    return spaces;
  }

  private static List<Attempt> bijections(Bijector bijector) {
    List<Attempt> attempts = new ArrayList<>();
    for (Shape event : Candidates.EVENTS) {
      List<List<Shape>> contexts =
          List.of(List.of(), List.of(VECTOR), List.of(event), List.of(event, VECTOR));
      for (List<Shape> context : contexts) {
        String what = "build(%s, context %s)".formatted(event, context);
        attempts.add(new Attempt(what, () -> bijector.build(SITE, event, context)));
      }
    }
    return attempts;
  }

  /** One to four inputs, and one to four outputs of one shape, of vectors and of images. */
  private static List<Attempt> blocks(Network network) {
    List<Attempt> attempts = new ArrayList<>();
    for (Shape event : Candidates.EVENTS) {
      for (int inputs = 1; inputs <= 4; inputs++) {
        for (int outputs = 1; outputs <= 4; outputs *= 2) {
          List<Shape> in = Collections.nCopies(inputs, event);
          List<Shape> out = Collections.nCopies(outputs, event);
          String what = "build(%s to %s)".formatted(in, out);
          attempts.add(new Attempt(what, () -> network.build(SITE, in, out)));
        }
      }
    }
    return attempts;
  }

  /** Whether it is refused or built everywhere, and nowhere fails. */
  static Optional<String> failure(Component component) {
    try {
      accepted(component, 1);
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
