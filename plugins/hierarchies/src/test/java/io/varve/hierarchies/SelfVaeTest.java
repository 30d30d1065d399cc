package io.varve.hierarchies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.hierarchies.GraphTest.AnyBijector;
import io.varve.hierarchies.GraphTest.AnyFamily;
import io.varve.hierarchies.SelfVae.Coarsest;
import io.varve.hierarchies.SelfVae.Detail;
import io.varve.hierarchies.SelfVae.Level;
import io.varve.spi.Factor;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Step;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelfVaeTest {
  private static final Space X = new Space(new Shape(3, 32, 32), 256);
  private static final Shape SMALL = new Shape(4);
  private static final Shape LARGE = new Shape(16, 8, 8);

  private static final List<Step> FLOW = List.of(new Step(List.of(), new AnyBijector()));
  private static final Factor P_U = new Factor(List.of(), new AnyFamily(), Optional.empty(), FLOW);
  private static final Coarsest U = new Coarsest(SMALL, P_U, factor("q(u)"));
  private static final Detail Z = new Detail(LARGE, factor("p(z)"), factor("q(z)"));
  private static final Factor Y = factor("p(y)");
  private static final Factor P_X = factor("p(x)");

  /** Equation 2 of Gatopoulos and Tomczak (2021), written by hand. */
  @Test
  void isEquationTwoWithOneTransform() {
    SelfVae model = new SelfVae(List.of(common("d")), U, Z, Y, P_X);
    List<Node> expected =
        List.of(
            new Latent("u", SMALL, P_U, factor("q(u)", "y"), List.of()),
            new Derived("y", "x", new Named("d"), factor("p(y)", "u")),
            new Latent("z", LARGE, factor("p(z)", "y", "u"), factor("q(z)", "x"), List.of()),
            new Observed("x", factor("p(x)", "y", "z")));
    assertThat(model.nodes(X)).isEqualTo(expected);
    assertThatCode(() -> new Graph(expected)).doesNotThrowAnyException();
  }

  /** Section 3.4 with K = 3, the middle level on its own; the first transform is of x. */
  @Test
  void chainsTransformsFromTheDataDown() {
    Detail own = new Detail(SMALL, factor("p(z2)"), factor("q(z2)"));
    Level middle = new Level(new Named("b"), Optional.of(own), Optional.of(factor("p(y3)")));
    SelfVae model = new SelfVae(List.of(common("a"), middle, common("c")), U, Z, Y, P_X);
    List<Node> expected =
        List.of(
            new Latent("u", SMALL, P_U, factor("q(u)", "y1"), List.of()),
            new Derived("y1", "y2", new Named("c"), factor("p(y)", "u")),
            new Latent("z1", LARGE, factor("p(z)", "y1", "u"), factor("q(z)", "y2"), List.of()),
            new Derived("y2", "y3", new Named("b"), factor("p(x)", "y1", "z1")),
            new Latent("z2", SMALL, factor("p(z2)", "y2", "z1"), factor("q(z2)", "y3"), List.of()),
            new Derived("y3", "x", new Named("a"), factor("p(y3)", "y2", "z2")),
            new Latent("z3", LARGE, factor("p(z)", "y3", "z2"), factor("q(z)", "x"), List.of()),
            new Observed("x", factor("p(x)", "y3", "z3")));
    assertThat(model.nodes(X)).isEqualTo(expected);
    assertThat(model.nodes(X)).isEqualTo(model.nodes(X));
    assertThatCode(() -> new Graph(expected)).doesNotThrowAnyException();
  }

  /** N(0, I) as the prior of z, say: learned constants and fixed families read nothing. */
  @Test
  void letsAFactorWithoutANetworkReadNothing() {
    Detail fixed = new Detail(LARGE, P_U, factor("q(z)"));
    SelfVae model = new SelfVae(List.of(common("d")), U, fixed, Y, P_X);
    assertThat(model.nodes(X).get(2))
        .isEqualTo(new Latent("z", LARGE, P_U, factor("q(z)", "x"), List.of()));
  }

  @Test
  void refusesNoTransformAndWiringOfOnesOwn() {
    assertThatThrownBy(() -> new SelfVae(List.of(), U, Z, Y, P_X))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("transforms: expected at least one", "'graph'");
    assertThatThrownBy(() -> new SelfVae(List.of(common("d")), U, Z, factor("p(y)", "z"), P_X))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("y: ", "'given' is [z]", "leave it out");
    assertThatThrownBy(() -> new Detail(SMALL, factor("p(z)"), factor("q(z)", "x", "y")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("q: ", "'given' is [x, y]");
    assertThatThrownBy(() -> new Coarsest(SMALL, factor("p(u)", "y"), factor("q(u)")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p: ");
  }

  private static Level common(String transform) {
    return new Level(new Named(transform), Optional.empty(), Optional.empty());
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

  private record Named(String name) implements Transform {
    @Override
    public NDArray apply(NDArray x, Space space) {
      throw new IllegalStateException("wiring computes nothing");
    }

    @Override
    public Space space(Space x) {
      return x;
    }
  }
}
