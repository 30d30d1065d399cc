package io.varve.model.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN =
      List.of("realnvp", "spline", "z", "z1", "network", "mlp");

  @ParameterizedTest
  @CsvSource({
    "realnvpp, realnvp",
    "raelnvp, realnvp",
    "splin, spline",
    "z21, z1",
    "zz, z",
    "netwrok, network",
    "mpl, mlp"
  })
  void namesTheNearest(String word, String known) {
    assertThat(Suggestion.of(word, KNOWN)).isEqualTo(". Did you mean '" + known + "'?");
  }

  @Test
  void saysNothingOfWordsThatAreFar() {
    for (String word : List.of("maf", "lpm", "h", "", "realnonsense")) {
      assertThat(Suggestion.of(word, KNOWN)).isEmpty();
    }
    assertThat(Suggestion.of("z", List.of())).isEmpty();
  }
}
