package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A masked autoregressive flow recovers densities of the plane that are known. */
final class KnownDensityTest {
  /** Deviations of a mean that chance seldom reaches. */
  private static final double ERRORS = 4;

  /** Single precision, in another order of sums. */
  private static final double ROUNDING = 1e-3;

  /** Colours of a picture without a point: its margin, its ground and its title. */
  private static final int FRAME = 3;

  @TempDir Path folder;

  /** The KL of docs/papers.md and a fifth to a half more: other machines round otherwise. */
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "density-maf, two-moons, 0.065",
    "density-maf, pinwheel, 0.1",
    "density-spline, eight-gaussians, 0.043",
    "density-spline, rings, 0.1"
  })
  void flowRecoversTheDensity(String model, String name, double gap) {
    JsonObject found = trained(model, "data.name=" + name);
    double kl = found.get("kl_bits").getAsDouble();
    double error = found.getAsJsonObject("standard_errors").get("kl_bits").getAsDouble();
    assertThat(kl).isBetween(-ERRORS * error, gap);
    requireSum(found);
  }

  /** No model needs less than the entropy, however little it has learned. */
  @Test
  void smallFlowStaysAboveTheEntropy() {
    JsonObject found = trained("tiny-density-maf", "data.name=eight-gaussians");
    assertThat(found.get("kl_bits").getAsDouble()).isPositive();
    requireSum(found);
  }

  /** Its bundle has no graph to infer with. */
  @Test
  void flowWithoutLatentsDrawsPointsAndIsTimed() throws IOException {
    trained("tiny-density-maf", "training.epochs=1");
    Cli.succeedHere(folder, "export", "./run", "--out", "./bundle", "--graphs", "bound,modes");
    Cli.succeedHere(folder, "generate", "./bundle", "-n", "100", "--out", "./points.png");
    assertThat(coloursOf("points.png")).isGreaterThan(FRAME);
    assertThat(Cli.succeedHere(folder, "bench", "./bundle", "--json").json().keySet())
        .contains("bound_images_per_second", "generate_images_per_second")
        .doesNotContain("infer_images_per_second");
    assertThat(
            Cli.runHere(folder, "export", "./run", "--out", "./other", "--graphs", "infer").err())
        .contains("'infer'", "there is nothing to infer: this model has no latent");
  }

  private long coloursOf(String picture) throws IOException {
    BufferedImage image = ImageIO.read(folder.resolve(picture).toFile());
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return Arrays.stream(pixels).distinct().count();
  }

  private JsonObject trained(String model, String set) {
    Path file = Cli.root().resolve("conformance-tests/models/" + model + ".yaml");
    String run = folder.resolve("run").toString();
    Cli.succeedHere(folder, "train", file.toString(), "--set", set, "--out", run, "--json");
    assertThat(Path.of(run, "report.html")).content().contains("KL from the density", "<h2>Draws");
    return Cli.succeedHere(folder, "evaluate", run, "--seed", "2", "--json").json();
  }

  /** The cross-entropy is that of the bound, and differs from entropy and KL by chance alone. */
  private static void requireSum(JsonObject found) {
    double crossEntropy = found.get("cross_entropy_bits").getAsDouble();
    assertThat(crossEntropy)
        .isCloseTo(2 * found.get("bits_per_dim").getAsDouble(), within(ROUNDING));
    double error = found.getAsJsonObject("standard_errors").get("cross_entropy_bits").getAsDouble();
    double sum = found.get("entropy_bits").getAsDouble() + found.get("kl_bits").getAsDouble();
    assertThat(crossEntropy).isCloseTo(sum, within(ERRORS * error));
  }
}
