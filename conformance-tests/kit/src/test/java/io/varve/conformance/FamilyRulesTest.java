package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.Breaks;
import io.varve.broken.BrokenLikelihoods;
import io.varve.broken.BrokenPosteriors;
import io.varve.broken.BrokenPriors;
import io.varve.broken.BrokenScores;
import io.varve.broken.SoundFamilies;
import io.varve.conformance.Outcome.Status;
import io.varve.conformance.rule.Subject;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FamilyRulesTest {
  static Stream<Class<?>> broken() {
    return Stream.of(
            BrokenPriors.class, BrokenPosteriors.class, BrokenLikelihoods.class, BrokenScores.class)
        .flatMap(holder -> Arrays.stream(holder.getDeclaredClasses()))
        .filter(type -> type.isAnnotationPresent(Breaks.class));
  }

  static Stream<Class<?>> sound() {
    return Arrays.stream(SoundFamilies.class.getDeclaredClasses());
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        StandardNormal.class,
        Normal.class,
        Mixture.class,
        Bernoulli.class,
        DiscretizedLogistic.class
      })
  void passesTheBundled(Class<? extends Component> type) {
    assertThat(checks(type).map(Check::run)).isNotEmpty().allMatch(FamilyRulesTest::holds);
  }

  /** Heavy tails, couplings and thousands of parameters are no mistakes. */
  @ParameterizedTest
  @MethodSource("sound")
  void passesTheUnusual(Class<? extends Component> type) {
    Stream<Check> own = checks(type).filter(check -> !check.id().rule().startsWith("X"));
    assertThat(own.map(Check::run)).isNotEmpty().allMatch(FamilyRulesTest::holds);
  }

  private static boolean holds(Outcome outcome) {
    return outcome.status() == Status.PASSED || outcome.status() == Status.NOT_APPLICABLE;
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<? extends Component> type) {
    Set<String> rules = new TreeSet<>(List.of(type.getAnnotation(Breaks.class).value()));
    Stream<String> fired =
        checks(type)
            .filter(check -> rules.contains(check.id().rule()))
            .map(Check::run)
            .filter(outcome -> !holds(outcome))
            .map(outcome -> outcome.check().rule());
    assertThat(fired).containsAll(rules);
  }

  private static Stream<Check> checks(Class<? extends Component> type) {
    Set<Class<? extends Component>> types =
        new LinkedHashSet<>(List.of(type, StandardNormal.class, Normal.class));
    Catalog catalog = Catalog.of(types);
    Named named = type.getAnnotation(Named.class);
    return Arrays.stream(named.examples())
        .flatMap(
            example -> {
              Component bound = (Component) new Binder(catalog).bind(named.value(), example, type);
              return Stream.of("prior", "likelihood")
                  .map(kind -> new Subject("test", kind, named.value(), bound, example, catalog))
                  .filter(subject -> Verdicts.kind(subject).point().isInstance(bound))
                  .flatMap(Verdicts::checks);
            });
  }
}
