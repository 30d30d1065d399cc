package io.varve.hierarchies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.varve.hierarchies.GraphTest.AnyBijector;
import io.varve.hierarchies.GraphTest.AnyFamily;
import io.varve.hierarchies.Sere.Reads;
import io.varve.hierarchies.Sere.Reflective;
import io.varve.spi.Bijector;
import io.varve.spi.Factor;
import io.varve.spi.Network;
import io.varve.spi.Node;
import io.varve.spi.Node.Feature;
import io.varve.spi.Node.Latent;
import io.varve.spi.Node.Observed;
import io.varve.spi.Site;
import io.varve.spi.Space;
import io.varve.spi.Step;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SereTest {
  private static final Space X = new Space(new Shape(1, 28, 28), 2);
  private static final Shape WIDE = new Shape(4);
  private static final Bijector MAP = new AnyBijector();
  private static final Factor FIXED = fixed();
  private static final Network NORM = new AnyNetwork("norm");
  private static final Evidence EVIDENCE = new Evidence(new AnyNetwork("evidence"), 5);

  /** Equations 3 and 4 of Apostolopoulou et al. (2021), written by hand. */
  @Test
  void isEquationsThreeAndFour() {
    List<Node> expected =
        List.of(
            new Feature(
                "evidence",
                new Shape(15),
                List.of("x"),
                new Evidence.SideBySide(new AnyNetwork("evidence"), 3, 5)),
            new Feature("e1", new Shape(5), List.of("evidence"), new Evidence.Cut(0, 5)),
            new Feature("e2", new Shape(5), List.of("evidence"), new Evidence.Cut(5, 10)),
            new Feature("e3", new Shape(5), List.of("evidence"), new Evidence.Cut(10, 15)),
            new Latent("z1", WIDE, FIXED, factor("q", "e1"), shared()),
            new Feature("n1", WIDE, List.of("z1"), NORM),
            new Latent("z2", WIDE, factor("p", "n1"), factor("q", "e2", "n1"), shared("n1")),
            new Feature("n2", WIDE, List.of("z2"), NORM),
            new Latent("z3", WIDE, factor("p", "n2"), factor("q", "e3", "n2"), shared("n2")),
            new Observed("x", factor("x", "z1", "z2", "z3")));
    Sere model = model(3, Reflective.PREVIOUS, Reads.ALL, true, Optional.of(EVIDENCE));
    assertThat(model.nodes(X)).isEqualTo(expected);
    assertThatCode(() -> new Graph(expected)).doesNotThrowAnyException();
  }

  @Test
  void readsEarlierLatentsAsAsked() {
    assertThat(latent(3, Reflective.ALL).q()).isEqualTo(factor("q", "x", "z1", "z2"));
    assertThat(latent(3, Reflective.NONE).q()).isEqualTo(factor("q", "x"));
    for (Reflective any : Reflective.values()) {
      assertThat(latent(3, any).p()).isEqualTo(factor("p", "z2"));
      assertThat(latent(3, any).shared()).isEqualTo(shared("z2"));
      assertThat(latent(1, any).q()).isEqualTo(factor("q", "x"));
    }
  }

  @Test
  void generatesDataFromTheLastLatentAlone() {
    List<Node> nodes = model(3, Reflective.PREVIOUS, Reads.LAST, false, Optional.empty()).nodes(X);
    assertThat(nodes.get(3)).isEqualTo(new Observed("x", factor("x", "z3")));
  }

  /** The DLGM of Rezende et al. (2014) has no chain but in its bijectors; here not even there. */
  @Test
  void normalisesNothingThatNothingReads() {
    Sere model =
        new Sere(
            2,
            4,
            FIXED,
            FIXED,
            factor("q"),
            Optional.empty(),
            factor("x"),
            Reflective.NONE,
            Reads.ALL,
            true,
            NORM,
            Optional.empty());
    assertThat(model.nodes(X))
        .containsExactly(
            new Latent("z1", WIDE, FIXED, factor("q", "x"), List.of()),
            new Latent("z2", WIDE, FIXED, factor("q", "x"), List.of()),
            new Observed("x", factor("x", "z1", "z2")));
  }

  @Test
  void cutsNoEvidenceForOneLevel() {
    assertThat(model(1, Reflective.ALL, Reads.ALL, true, Optional.of(EVIDENCE)).nodes(X))
        .containsExactly(
            new Feature("e1", new Shape(5), List.of("x"), new AnyNetwork("evidence")),
            new Latent("z1", WIDE, FIXED, factor("q", "e1"), shared()),
            new Observed("x", factor("x", "z1")));
  }

  /** An IAF posterior on every level. */
  @Test
  void wiresTheRolesThatAFlowOfQNames() {
    Factor q = flow(factor("q"), "evidence", "latent");
    Sere model = with(FIXED, factor("p"), q);
    assertThat(((Latent) model.nodes(X).get(0)).q().flow()).isEqualTo(shared("x"));
    assertThat(((Latent) model.nodes(X).get(1)).q().flow()).isEqualTo(shared("x", "z1"));
  }

  /** A flow on x, each step with a latent of its own. */
  @Test
  void leavesToAFlowOfDataWhichLatentsItReads() {
    Sere model = with(FIXED, factor("p"), factor("q"), flow(factor("x"), "z2"));
    Factor x = ((Observed) model.nodes(X).get(2)).p();
    assertThat(x).isEqualTo(flow(factor("x", "z1", "z2"), "z2"));
  }

  @Test
  void refusesWhatItCannotWire() {
    refuses(() -> with(FIXED, factor("p", "z1"), factor("q")), "p: 'sere' itself", "[z1]");
    refuses(() -> with(FIXED, factor("p"), FIXED), "q: it has no network");
    refuses(
        () -> with(FIXED, flow(factor("p"), "evidence"), factor("q")),
        "p.flow: 'given' is [evidence]; here it may name [latent]");
    refuses(() -> with(flow(FIXED, "latent"), factor("p"), factor("q")), "first.flow:", "[]");
    refuses(() -> new Evidence(new AnyNetwork("e"), 0), "features: expected at least 1");
    refuses(
        () -> model(0, Reflective.ALL, Reads.ALL, true, Optional.empty()),
        "levels: expected at least 1, got 0");
  }

  private static void refuses(Runnable code, String... words) {
    assertThatThrownBy(code::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  private static Latent latent(int level, Reflective reflective) {
    Sere model = model(3, reflective, Reads.ALL, false, Optional.empty());
    return (Latent) model.nodes(X).get(level - 1);
  }

  private static Sere model(
      int levels, Reflective reflective, Reads reads, boolean norm, Optional<Evidence> evidence) {
    return new Sere(
        levels,
        4,
        FIXED,
        factor("p"),
        factor("q"),
        Optional.of(MAP),
        factor("x"),
        reflective,
        reads,
        norm,
        NORM,
        evidence);
  }

  private static Sere with(Factor first, Factor p, Factor q) {
    return with(first, p, q, factor("x"));
  }

  private static Sere with(Factor first, Factor p, Factor q, Factor x) {
    return new Sere(
        2,
        4,
        first,
        p,
        q,
        Optional.of(MAP),
        x,
        Reflective.PREVIOUS,
        Reads.ALL,
        false,
        NORM,
        Optional.empty());
  }

  private static List<Step> shared(String... given) {
    return List.of(new Step(List.of(given), MAP));
  }

  private static Factor fixed() {
    return new Factor(List.of(), new AnyFamily(), Optional.empty(), List.of());
  }

  private static Factor flow(Factor factor, String... given) {
    return new Factor(factor.given(), factor.family(), factor.network(), shared(given));
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
