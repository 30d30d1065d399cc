package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.BrokenTransforms;
import io.varve.spi.Transform;
import io.varve.transforms.Greyscale;
import io.varve.transforms.Quantize;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformRulesTest {
  static Stream<Class<?>> broken() {
    return Verdicts.broken(BrokenTransforms.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {Greyscale.class, Quantize.class})
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Transform.class, type)).allMatch(Verdicts::holds);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(Verdicts.missed(Transform.class, type)).isEmpty();
  }
}
