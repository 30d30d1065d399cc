package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.inference.bundle.GraphName.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of graphs are read in one place, and names of terms. */
final class GraphNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bound",
        "importance",
        "infer",
        "infer y",
        "generate",
        "carry u",
        "carry u z1",
        "exact generate",
        "exact carry u z1",
        "exact infer y"
      })
  void readsWhatItWrites(String name) {
    assertThat(GraphName.of(name)).hasToString(name);
    assertThat(GraphName.of("  " + name.replace(" ", "   ") + " ")).hasToString(name);
  }

  @Test
  void tellsTheParts() {
    GraphName name = GraphName.of("exact carry u z1");
    assertThat(name).isEqualTo(new GraphName(Kind.CARRY, List.of("u", "z1"), true));
    assertThat(name.file()).isEqualTo("exact-carry-u-z1.onnx");
    assertThat(name.exactly(false)).isEqualTo(GraphName.carrying(List.of("u", "z1")));
    assertThat(GraphName.carrying(Set.of())).isEqualTo(GraphName.of("generate"));
    assertThat(GraphName.of("infer").takesImages()).isTrue();
    assertThat(GraphName.inferringFrom("y").takesImages()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "exact",
        "exact exact bound",
        "carry",
        "infer x y",
        "bound x",
        "Bound",
        "bounds"
      })
  void refusesOthers(String name) {
    assertThat(GraphName.find(name)).isEmpty();
    assertThatThrownBy(() -> GraphName.of(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no graph is named '" + name + "'; known are modes, bound,");
  }

  @Test
  void termsCountForTheBoundOrAgainstIt() {
    Map<String, Integer> terms = Term.named(Map.of("x", 1), Map.of("z", 2));
    assertThat(terms).containsExactly(Map.entry("log_p.x", 1), Map.entry("kl.z", 2));
    assertThat(Term.byVariable(terms, true)).containsExactly(Map.entry("z", 2));
    assertThat(Term.byVariable(terms, false)).containsExactly(Map.entry("x", 1));
    assertThat(Term.signed(Term.kl("z"), 2)).isEqualTo(-2);
    assertThat(Term.signed(Term.logP("x"), 2)).isEqualTo(2);
  }
}
