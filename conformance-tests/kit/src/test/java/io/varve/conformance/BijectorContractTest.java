package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.bijectors.Inverse;
import io.varve.bijectors.Rank1Affine;
import io.varve.broken.Breaks;
import io.varve.broken.BrokenArrays;
import io.varve.broken.BrokenBijectors;
import io.varve.conformance.Outcome.Status;
import io.varve.model.Binder;
import io.varve.model.Catalog;
import io.varve.networks.Mlp;
import io.varve.spi.Component;
import io.varve.spi.Named;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BijectorContractTest {
  static Stream<Class<?>> broken() {
    return Stream.of(BrokenBijectors.class, BrokenArrays.class)
        .flatMap(holder -> Arrays.stream(holder.getDeclaredClasses()))
        .filter(type -> type.isAnnotationPresent(Breaks.class))
        .filter(type -> type != BrokenArrays.NumberOperand.class); // J3 is tried on JARs
  }

  @ParameterizedTest
  @ValueSource(classes = {Rank1Affine.class, Inverse.class})
  void passesTheBundled(Class<? extends Component> type) {
    assertThat(checks(type).map(Check::run))
        .isNotEmpty()
        .allMatch(o -> o.status() == Status.PASSED || o.status() == Status.NOT_APPLICABLE);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<? extends Component> type) {
    Set<String> rules = new TreeSet<>(List.of(type.getAnnotation(Breaks.class).value()));
    Stream<String> fired =
        checks(type)
            .filter(check -> rules.contains(check.id().rule()))
            .map(Check::run)
            .filter(o -> o.status() == Status.FAILED || o.status() == Status.WARNED)
            .map(o -> o.check().rule());
    assertThat(fired).containsAll(rules);
  }

  private static Stream<Check> checks(Class<? extends Component> type) {
    Catalog catalog = Catalog.of(List.of(type, Rank1Affine.class, Mlp.class));
    String name = type.getAnnotation(Named.class).value();
    return Arrays.stream(type.getAnnotation(Named.class).examples())
        .flatMap(
            example -> {
              Component bound = (Component) new Binder(catalog).bind(name, example, type);
              Subject subject = new Subject("test", "bijector", name, bound, example, catalog);
              return Check.of(
                  "test",
                  subject.toString(),
                  BijectorContract.class,
                  () -> new BijectorContract(subject))
                  .stream();
            });
  }
}
