package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.BrokenHierarchies;
import io.varve.hierarchies.Graph;
import io.varve.spi.Hierarchy;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HierarchyContractTest {
  static Stream<Class<?>> broken() {
    return Verdicts.broken(BrokenHierarchies.class);
  }

  @ParameterizedTest
  @ValueSource(classes = Graph.class)
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Hierarchy.class, type, HierarchyContract.class, HierarchyContract::new))
        .allMatch(Verdicts::holds);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(
            Verdicts.missed(Hierarchy.class, type, HierarchyContract.class, HierarchyContract::new))
        .isEmpty();
  }
}
