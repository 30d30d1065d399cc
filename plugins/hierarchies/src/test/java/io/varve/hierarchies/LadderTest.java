package io.varve.hierarchies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.hierarchies.GraphTest.AnyFamily;
import io.varve.hierarchies.Ladder.Level;
import io.varve.spi.Factor;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Site;
import io.varve.spi.Space;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final Space X = new Space(new Shape(1, 28, 28), 2);
  private static final Factor TOP =
      new Factor(List.of(), new AnyFamily(), Optional.empty(), List.of());
  private static final Level FIRST = new Level(3, 8, new AnyNetwork("up1"), factor("p1"));
  private static final Level SECOND = new Level(2, 6, new AnyNetwork("up2"), factor("p2"));
  private static final Level LAST = new Level(1, 4, new AnyNetwork("up3"), TOP);

  /** Section 2.2 of Sønderby et al. (2016), written by hand. */
  @Test
  void climbsWithFeaturesAndDescendsWithLatents() {
    List<Node> expected =
        List.of(
            new Feature("d1", new Shape(8), List.of("x"), new AnyNetwork("up1")),
            new Feature("d2", new Shape(6), List.of("d1"), new AnyNetwork("up2")),
            new Feature("d3", new Shape(4), List.of("d2"), new AnyNetwork("up3")),
            new Latent("z3", new Shape(1), TOP, factor("q", "d3"), List.of()),
            new Latent(
                "z2", new Shape(2), factor("p2", "z3"), factor("q", "p(z2)", "d2"), List.of()),
            new Latent(
                "z1", new Shape(3), factor("p1", "z2"), factor("q", "p(z1)", "d1"), List.of()),
            new Observed("x", factor("x", "z1")));
    Ladder model = new Ladder(List.of(FIRST, SECOND, LAST), factor("q"), factor("x"));
    assertThat(model.nodes(X)).isEqualTo(expected);
    assertThatCode(() -> new Graph(expected)).doesNotThrowAnyException();
  }

  @Test
  void refusesLevelsThatDoNotChain() {
    refuses(List.of(), factor("q"), "levels: expected at least one");
    refuses(List.of(FIRST, SECOND), factor("q"), "levels[1]: p of the last level");
    refuses(List.of(LAST, LAST), factor("q"), "levels[0]: p has no network");
    refuses(List.of(LAST), TOP, "q: it has no network");
    refuses(List.of(LAST), factor("q", "d1"), "q: 'ladder' itself says what this reads");
    assertThatThrownBy(() -> new Level(0, 4, new AnyNetwork("up"), TOP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("width: expected at least 1, got 0");
  }

  private static void refuses(List<Level> levels, Factor q, String words) {
    assertThatThrownBy(() -> new Ladder(levels, q, factor("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  private static Factor factor(String network, String... given) {
    return new Factor(
        List.of(given), new AnyFamily(), Optional.of(new AnyNetwork(network)), List.of());
  }

  private record AnyNetwork(String name) implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      throw new IllegalStateException("wiring builds nothing");
    }
  }
}
