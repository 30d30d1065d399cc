package io.varve.hierarchies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Bijection;
import io.varve.spi.Bijector;
import io.varve.spi.Distribution;
import io.varve.spi.Factor;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Derived;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Step;
import io.varve.spi.Transform;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphTest {
  private static final Shape SHAPE = new Shape(2);
  private static final Space X = new Space(SHAPE, 2);

  @Test
  void givesTheNodesAsWritten() {
    List<Node> nodes = List.of(latent("z", f(), f("x")), observed("x", f("z")));
    assertThat(new Graph(nodes).nodes(X)).isEqualTo(nodes);
  }

  @Test
  void wiresEveryModelOfThePapers() {
    // self-supervised, two levels
    new Graph(
        List.of(
            latent("u", f(), f("y")),
            derived("y", "x", f("u")),
            latent("z", f("y", "u"), f("x")),
            observed("x", f("y", "z"))));
    // self-reflective, three levels, with a shared bijector
    new Graph(
        List.of(
            latent("z1", f(), f("x")),
            new Latent("z2", SHAPE, f(), f("x", "z1"), List.of(step("z1"))),
            new Latent("z3", SHAPE, f("z2"), f("x", "z2"), List.of(step("z2"))),
            observed("x", f("z1", "z2", "z3"))));
    // Ladder: bottom-up features, q combined with the parameters of p
    new Graph(
        List.of(
            feature("d1", "x"),
            feature("d2", "d1"),
            latent("z2", f(), f("d2")),
            latent("z1", f("z2"), f("p(z1)", "d1")),
            observed("x", f("z1"))));
    // bottom-up inference, and a decoder's feature that generation can compute
    new Graph(
        List.of(
            latent("z2", f(), f("z1")),
            latent("z1", f("z2"), f("x")),
            feature("h", "z1"),
            observed("x", f("h"))));
  }

  @Test
  void refusesOtherThanOneObservedLast() {
    assertRefused("exactly one 'observed'", "found 0: []", latent("z", f(), f()));
    assertRefused("found 2: [x, y]", "", observed("x", f()), observed("y", f()));
    assertRefused("'z' stands after 'x'", "", observed("x", f()), latent("z", f(), f("x")));
    assertThatThrownBy(() -> new Graph(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNamesTwiceAndNamesThatAreNone() {
    assertRefused(
        "nodes[1] 'z'", "unique", latent("z", f(), f()), latent("z", f(), f()), observed("x", f()));
    assertRefused("nodes[0] 'p(z)'", "a name is", latent("p(z)", f(), f()), observed("x", f()));
    assertRefused("nodes[0] ''", "a name is", latent("", f(), f()), observed("x", f()));
  }

  @Test
  void refusesNamesThatAreNotThere() {
    assertRefused(
        "nodes[0] 'z': q reads 'y'",
        "there are [z, x]",
        latent("z", f(), f("y")),
        observed("x", f()));
    assertRefused("q reads the variable itself", "", latent("z", f(), f("z")), observed("x", f()));
    assertRefused(
        "p(d)", "no node", feature("d", "x"), latent("z", f(), f("p(d)")), observed("x", f()));
  }

  @Test
  void refusesGenerationFromWhatComesLater() {
    assertRefused(
        "nodes[0] 'z': p reads 'x', which is generated later",
        "may read []",
        latent("z", f("x"), f("x")),
        observed("x", f("z")));
    assertRefused(
        "nodes[0] 'a': shared reads 'b'",
        "later",
        new Latent("a", SHAPE, f(), f("x"), List.of(step("b"))),
        latent("b", f(), f("x")),
        observed("x", f("a", "b")));
    assertRefused(
        "nodes[0] 'a': p reads 'b'",
        "later",
        latent(
            "a", new Factor(List.of(), new AnyFamily(), Optional.empty(), List.of(step("b"))), f()),
        latent("b", f(), f("x")),
        observed("x", f("a")));
    assertRefused(
        "nodes[1] 'z': p reads 'd'",
        "later",
        feature("d", "x"),
        latent("z", f("d"), f("d")),
        observed("x", f("z")));
    assertRefused(
        "nodes[0] 'z': p reads 'p(z)'", "later", latent("z", f("p(z)"), f()), observed("x", f()));
  }

  @Test
  void refusesDataDerivedFromWhatIsNotLaterData() {
    assertRefused(
        "nodes[1] 'y': of: 'z'",
        "[x]",
        latent("z", f(), f("x")),
        derived("y", "z", f("z")),
        observed("x", f("y")));
    assertRefused("of: 'y'", "[x]", derived("y", "y", f()), observed("x", f("y")));
  }

  private static void assertRefused(String first, String second, Node... nodes) {
    assertThatThrownBy(() -> new Graph(List.of(nodes)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(first, second);
  }

  private static Latent latent(String name, Factor p, Factor q) {
    return new Latent(name, SHAPE, p, q, List.of());
  }

  private static Observed observed(String name, Factor p) {
    return new Observed(name, p);
  }

  private static Derived derived(String name, String of, Factor p) {
    return new Derived(name, of, new AnyTransform(), p);
  }

  private static Feature feature(String name, String... given) {
    Network none =
        (site, inputs, outputs) -> {
          throw new IllegalStateException("wiring builds nothing");
        };
    return new Feature(name, SHAPE, List.of(given), none);
  }

  private static Factor f(String... given) {
    return new Factor(List.of(given), new AnyFamily(), Optional.empty(), List.of());
  }

  private static Step step(String... given) {
    return new Step(List.of(given), new AnyBijector());
  }

  record AnyFamily() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return List.of();
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      throw new IllegalStateException("wiring computes nothing");
    }
  }

  record AnyBijector() implements Bijector {
    @Override
    public Bijection build(Site site, Shape event, List<Shape> context) {
      throw new IllegalStateException("wiring builds nothing");
    }
  }

  record AnyTransform() implements Transform {
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
