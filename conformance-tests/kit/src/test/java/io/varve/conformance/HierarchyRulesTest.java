package io.varve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.broken.BrokenHierarchies;
import io.varve.hierarchies.Graph;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Space;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HierarchyRulesTest {
  static Stream<Class<?>> broken() {
    return Verdicts.broken(BrokenHierarchies.class);
  }

  @ParameterizedTest
  @ValueSource(classes = {Graph.class, Written.class})
  void passesTheBundled(Class<?> type) {
    assertThat(Verdicts.of(Hierarchy.class, type)).allMatch(Verdicts::holds);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void catchesTheBroken(Class<?> type) {
    assertThat(Verdicts.missed(Hierarchy.class, type)).isEmpty();
  }

  /** A ladder, whose q reads the parameters of p; inference bottom-up; flows and features. */
  @Named(
      value = "written",
      examples = {
        """
        nodes:
          - feature: d
            shape: [2]
            given: [x]
            network: {type: mlp, hidden: [4]}
          - latent: z2
            shape: [2]
            p: {type: standard-normal}
            q: {type: normal, given: [d], network: {type: mlp, hidden: [4]}}
          - latent: z1
            shape: [2]
            p: {type: normal, given: [z2], network: {type: mlp, hidden: [4]}}
            q: {type: normal, given: [p(z1), d], network: {type: mlp, hidden: [4]}}
          - observed: x
            p: {type: bernoulli, given: [z1], network: {type: mlp, hidden: [4]}}
        """,
        """
        nodes:
          - latent: z2
            shape: [2]
            p: {type: mixture, components: 2}
            q: {type: normal, given: [z1], network: {type: mlp, hidden: [4]}}
          - latent: z1
            shape: [2]
            p: {type: normal, given: [z2], network: {type: mlp, hidden: [4]}}
            q: {type: normal, given: [x], network: {type: mlp, hidden: [4]}}
            shared: [{bijector: {type: rank1-affine}}]
          - feature: h
            shape: [3]
            given: [z1, z2]
            network: {type: mlp, hidden: [4]}
          - observed: x
            p: {type: normal, given: [h], network: {type: mlp, hidden: [4]}}
        """
      })
  record Written(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return nodes;
    }
  }
}
