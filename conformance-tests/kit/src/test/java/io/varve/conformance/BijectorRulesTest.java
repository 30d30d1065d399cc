package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.bijectors.Inverse;
import io.varve.bijectors.Rank1Affine;
import io.varve.broken.BrokenArrays;
import io.varve.broken.BrokenBijectors;
import io.varve.broken.BrokenPasses;
import io.varve.conformance.Outcome.Status;
import io.varve.spi.Bijector;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BijectorRulesTest {
  /** All but those that break rules of the JAR, which are tried on JARs. */
  static Stream<Class<?>> broken() {
    return Stream.of(BrokenBijectors.class, BrokenArrays.class, BrokenPasses.class)
        .flatMap(Verdicts::broken)
        .filter(type -> type != BrokenArrays.NumberOperand.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {Rank1Affine.class, Inverse.class})
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Bijector.class, type))
        .isNotEmpty()
        .allMatch(o -> o.status() == Status.PASSED || o.status() == Status.NOT_APPLICABLE);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(Verdicts.missed(Bijector.class, type)).isEmpty();
  }
}
