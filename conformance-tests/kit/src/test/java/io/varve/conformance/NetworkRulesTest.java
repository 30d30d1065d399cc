package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.BrokenArrayNetworks;
import io.varve.broken.BrokenNetworks;
import io.varve.networks.Mlp;
import io.varve.spi.Network;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkRulesTest {
  static Stream<Class<?>> broken() {
    return Stream.concat(
        Verdicts.broken(BrokenNetworks.class), Verdicts.broken(BrokenArrayNetworks.class));
  }

  @ParameterizedTest
  @ValueSource(classes = Mlp.class)
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Network.class, type)).allMatch(Verdicts::holds);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(Verdicts.missed(Network.class, type)).isEmpty();
  }
}
