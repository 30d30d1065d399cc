package io.varve.inference.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModeTest {
  private static final double ROUNDING = 1e-12;

  /** CIFAR-10 and CelebA as in the paper: latents of 8 x 8 x 16. */
  private static final List<Manifest.Variable> ONE_LEVEL =
      List.of(latent("u"), data("y", "derived", 16), latent("z"), data("x", "observed", 32));

  private static final List<Manifest.Variable> TWO_LEVELS =
      List.of(
          latent("u"),
          data("y1", "derived", 16),
          latent("z1"),
          data("y2", "derived", 32),
          latent("z2"),
          data("x", "observed", 64));

  private static Manifest.Variable latent(String name) {
    return new Manifest.Variable(name, "latent", List.of(16L, 8L, 8L), 0);
  }

  private static Manifest.Variable data(String name, String kind, long side) {
    return new Manifest.Variable(name, kind, List.of(3L, side, side), 256);
  }

  @Test
  void namesTheModesOfOneLevel() {
    assertThat(Mode.of(ONE_LEVEL))
        .containsExactly(
            new Mode("reconstruction-1", Set.of("u")),
            new Mode("reconstruction-2", Set.of("u", "z")),
            new Mode("conditional-generation", Set.of("y", "u")),
            new Mode("conditional-reconstruction", Set.of("y", "z")),
            new Mode("generation", Set.of()));
    assertThat(Mode.of(ONE_LEVEL))
        .extracting(Mode::graph)
        .containsExactly("carry u", "carry u z", "carry y u", "carry y z", "generate");
    assertThat(Mode.of(ONE_LEVEL).get(2).title()).isEqualTo("conditional generation");
    assertThat(Mode.of(ONE_LEVEL).get(2).set()).isEqualTo("{y, u}");
  }

  @Test
  void numbersTheModesOfMoreLevelsFromCoarseToFine() {
    assertThat(Mode.of(TWO_LEVELS))
        .containsExactly(
            new Mode("reconstruction-1", Set.of("u")),
            new Mode("reconstruction-2", Set.of("u", "z1")),
            new Mode("reconstruction-3", Set.of("u", "z1", "z2")),
            new Mode("conditional-generation-1", Set.of("y1", "u")),
            new Mode("conditional-generation-2", Set.of("y2", "z1")),
            new Mode("conditional-reconstruction-1", Set.of("y1", "z1", "z2")),
            new Mode("conditional-reconstruction-2", Set.of("y2", "z2")),
            new Mode("generation", Set.of()));
  }

  @Test
  void knowsFlatAndLatentHierarchies() {
    List<Manifest.Variable> ladder = List.of(latent("z2"), latent("z1"), data("x", "observed", 32));
    assertThat(Mode.of(ladder))
        .containsExactly(
            new Mode("reconstruction", Set.of("z1", "z2")), new Mode("generation", Set.of()));
    List<Manifest.Variable> noDetail =
        List.of(latent("u"), data("y", "derived", 16), data("x", "observed", 32));
    assertThat(Mode.of(noDetail))
        .extracting(Mode::name)
        .containsExactly("reconstruction-1", "conditional-generation", "generation");
  }

  /**
   * Figure 14 of the paper for 64 x 64 images: 8 %, 16 %, 25 % and (3072 + 1024) / 12288 = 33 %.
   */
  @Test
  void weighsWhatIsCarriedAsThePaperDoes() {
    double[] expected = {1 / 12., 2 / 12., 3 / 12., (768 + 1024) / 12288., 4 / 12.};
    List<Mode> modes = Mode.of(TWO_LEVELS);
    for (int i = 0; i < expected.length; i++) {
      assertThat(modes.get(i).memoryRatio(TWO_LEVELS)).isCloseTo(expected[i], within(ROUNDING));
    }
    assertThat(modes.get(6).memoryRatio(TWO_LEVELS)).isCloseTo(1 / 3., within(ROUNDING));
    assertThat(modes.get(7).memoryRatio(TWO_LEVELS)).isZero();
  }

  @Test
  void knowsWhatADerivedVariableNeedsBesideIt() {
    assertThat(Mode.conditional("y", ONE_LEVEL)).containsExactly("y", "u");
    assertThat(Mode.conditional("y2", TWO_LEVELS)).containsExactly("y2", "z1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mode.conditional("z1", TWO_LEVELS))
        .withMessage("'z1' is no derived variable; this model's are [y1, y2]");
  }
}
