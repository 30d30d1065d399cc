package io.varve.conformance;

import io.varve.bijectors.Inverse;
import io.varve.bijectors.Rank1Affine;
import io.varve.broken.Breaks;
import io.varve.conformance.Outcome.Status;
import io.varve.conformance.rule.Fixture;
import io.varve.conformance.rule.Subject;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.networks.Mlp;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import io.varve.schedules.Linear;
import io.varve.spi.Component;
import io.varve.spi.Named;
import io.varve.transforms.Greyscale;
import io.varve.transforms.Quantize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the rules say of components at hand, without JARs. */
public final class Verdicts {
  private static final List<Class<? extends Component>> BUNDLED =
      List.of(
          Normal.class,
          StandardNormal.class,
          Mixture.class,
          Bernoulli.class,
          DiscretizedLogistic.class,
          Mlp.class,
          Constant.class,
          Linear.class,
          Quantize.class,
          Greyscale.class,
          Graph.class,
          Rank1Affine.class,
          Inverse.class);

  private Verdicts() {}

  /** The subject for each example of a component, beside everything bundled. */
  public static List<Subject> subjects(Class<? extends Component> point, Class<?> type) {
    List<Class<? extends Component>> types = new ArrayList<>(BUNDLED);
    if (!types.contains(type)) {
      types.add(type.asSubclass(Component.class));
    }
    Catalog catalog = Catalog.of(types);
    Named named = type.getAnnotation(Named.class);
    String kind = point.getSimpleName().toLowerCase(Locale.ROOT);
    return Arrays.stream(named.examples())
        .map(
            example -> {
              Component bound = (Component) new Binder(catalog).bind(named.value(), example, type);
              return new Subject("test", kind, named.value(), bound, example, catalog);
            })
        .toList();
  }

  /** What every check of its kind says of every example of a component. */
  static List<Outcome> of(Class<? extends Component> point, Class<?> type) {
    return subjects(point, type).stream().flatMap(Verdicts::checks).map(Check::run).toList();
  }

  /** The checks of a component's kind. */
  static Stream<Check> checks(Subject subject) {
    Kind kind = kind(subject);
    return Check.of("test", subject.toString(), kind.rules(), () -> fixture(subject)).stream();
  }

  /** What the rules of a component's kind are tried on. */
  public static Fixture fixture(Subject subject) {
    return kind(subject).fixture().apply(subject);
  }

  static Kind kind(Subject subject) {
    return Kind.ALL.stream()
        .filter(kind -> kind.word().equals(subject.kind()))
        .findFirst()
        .orElseThrow();
  }

  /** Whether a rule holds; the X rules may have nothing to say. */
  static boolean holds(Outcome outcome) {
    return outcome.status() == Status.PASSED
        || (outcome.status() == Status.NOT_APPLICABLE && outcome.check().rule().startsWith("X"));
  }

  /**
   * The rules that a component is broken to break and that are not found broken. Only these rules
   * are tried.
   */
  static List<String> missed(Class<? extends Component> point, Class<?> type) {
    Set<String> rules = new TreeSet<>(List.of(type.getAnnotation(Breaks.class).value()));
    subjects(point, type).stream()
        .flatMap(Verdicts::checks)
        .filter(check -> rules.contains(check.id().rule()))
        .map(Check::run)
        .filter(o -> o.status() == Status.FAILED || o.status() == Status.WARNED)
        .forEach(outcome -> rules.remove(outcome.check().rule()));
    return List.copyOf(rules);
  }

  /** The components of a class of broken ones. */
  static Stream<Class<?>> broken(Class<?> holder) {
    return Arrays.stream(holder.getDeclaredClasses())
        .filter(type -> type.isAnnotationPresent(Breaks.class));
  }
}
