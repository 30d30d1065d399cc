package io.varve.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bundle of a small self-supervised VAE does: its modes, and images from images. */
final class SelfVaeModesTest {
  /** The bundle computes in single precision; JSON holds every digit of what comes of it. */
  private static final double ROUNDING = 1e-6;

  /** Scalars of u, of z, of y (3 x 16 x 16) and of x (3 x 32 x 32). */
  private static final double LATENT = 16;

  private static final double Y = 768;
  private static final double X = 3072;

  /** A CIFAR-10 image is shown twice as large, and 2 pixels from the next. */
  private static final int CELL = 64;

  private static final int STEP = CELL + 2;

  @TempDir static Path folder;

  @BeforeAll
  static void train() throws IOException {
    Path data = Files.createDirectories(folder.resolve("cifar10"));
    cifar10(data.resolve("data_batch_1.bin"), 128);
    cifar10(data.resolve("test_batch.bin"), 16);
    Path model = Cli.root().resolve("conformance-tests/models/tiny-selfvae-downscale.yaml");
    Cli.succeedHere(folder, "train", model.toString(), "--data", "./cifar10", "--out", "./run");
    Cli.succeedHere(folder, "export", "./run", "--out", "./bundle");
  }

  /** Waves of different directions and colours, which stay what they are at half the size. */
  private static void cifar10(Path file, int images) throws IOException {
    byte[] records = new byte[images * 3073];
    for (int i = 0; i < images * 3072; i++) {
      int image = i / 3072;
      double way = (i % 32) * Math.cos(image) + (i / 32 % 32) * Math.sin(image);
      double value = 127 + 100 * Math.sin(0.2 * way + (i / 1024 % 3) * image);
      records[image * 3073 + 1 + i % 3072] = (byte) Math.round(value);
    }
    Files.write(file, records);
  }

  private static JsonObject run(String command, String... options) {
    Stream<String> all =
        Stream.of(
                Stream.of(command, "./bundle", "--data", "./cifar10", "-n", "4", "--json"),
                Stream.of("--out", "./out.png"),
                Stream.of(options))
            .flatMap(words -> words);
    return Cli.succeedHere(folder, all.toArray(String[]::new)).json();
  }

  private static void hasSize(int width, int height) throws IOException {
    BufferedImage picture = ImageIO.read(folder.resolve("out.png").toFile());
    assertThat(picture.getWidth()).as("width").isEqualTo(width);
    assertThat(picture.getHeight()).as("height").isEqualTo(height);
  }

  private static int letters(int count) {
    return (count * 6 - 1) * 2 + 10;
  }

  @Test
  void showsEveryModeWithWhatItCarries() throws IOException {
    JsonObject modes = run("reconstruct", "--grid").getAsJsonObject("modes");
    Map<String, Double> ratios =
        Map.of(
            "reconstruction-1", LATENT / X,
            "reconstruction-2", 2 * LATENT / X,
            "conditional-generation", (Y + LATENT) / X,
            "conditional-reconstruction", (Y + LATENT) / X,
            "generation", 0.0);
    assertThat(modes.keySet()).containsExactlyInAnyOrderElementsOf(ratios.keySet());
    ratios.forEach(
        (mode, ratio) -> {
          JsonObject found = modes.getAsJsonObject(mode);
          assertThat(found.get("memory_ratio").getAsDouble()).isCloseTo(ratio, within(ROUNDING));
          assertThat(found.has("psnr_db")).isEqualTo(!mode.equals("generation"));
        });
    hasSize(letters("conditional reconstruction".length()) + 4 * STEP - 2, 6 * (CELL + 10) - 10);
    // By another way: y is inferred of x, u of y, z and x are drawn.
    double expected = modes.getAsJsonObject("conditional-generation").get("psnr_db").getAsDouble();
    JsonObject resolved = run("super-resolve");
    assertThat(resolved.get("psnr_db").getAsDouble()).isCloseTo(expected, within(ROUNDING));
    assertThat(resolved.get("bicubic_psnr_db").getAsDouble()).isGreaterThan(30);
    hasSize(letters("super-resolution".length()) + 4 * STEP - 2, 4 * (CELL + 10) - 10);
    assertThat(folder.resolve("run/report.html"))
        .content(StandardCharsets.UTF_8)
        .contains("what comes back in each mode");
  }

  @Test
  void takesModesByName() {
    JsonObject one = run("reconstruct", "--mode", "conditional-reconstruction");
    JsonObject set = run("reconstruct", "--carry", "z,y");
    assertThat(one).isEqualTo(set);
    assertThat(one.get("mode").getAsString()).isEqualTo("conditional-reconstruction");
    Cli.Ended unknown =
        Cli.runHere(
            folder, "reconstruct", "./bundle", "--mode", "reconstruction", "--out", "./o.png");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .isEqualTo(
            "varve: --mode: 'reconstruction' is no mode of this model; known are [reconstruction-1, reconstruction-2, conditional-generation, conditional-reconstruction, generation] and all\n");
  }

  @Test
  void resolvesForeignImages() throws IOException {
    BufferedImage small = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    Path files = Files.createDirectories(folder.resolve("small"));
    ImageIO.write(small, "png", files.resolve("one.png").toFile());
    JsonObject resolved = run("super-resolve", "--given", "./small");
    assertThat(resolved.get("images").getAsInt()).isEqualTo(1);
    assertThat(resolved.has("psnr_db")).isFalse();
    hasSize(letters("super-resolution".length()) + CELL, 3 * (CELL + 10) - 10);
  }

  @Test
  void walksAndResamples() throws IOException {
    JsonObject walk = run("interpolate", "--steps", "5", "--seed", "3");
    assertThat(walk.get("pairs").getAsInt()).isEqualTo(4);
    assertThat(walk.getAsJsonArray("variables")).hasToString("[\"u\"]");
    hasSize(7 * STEP - 2 + 2 * 8, 26 + 4 * STEP - 2);
    JsonObject draws = run("resample", "--keep", "u", "--draws", "3");
    assertThat(draws.get("pixel_deviation").getAsDouble()).isPositive();
    hasSize(4 * STEP - 2 + 8, 26 + 4 * STEP - 2);
    byte[] first = Files.readAllBytes(folder.resolve("out.png"));
    assertThat(run("resample", "--keep", "u", "--draws", "3")).isEqualTo(draws);
    assertThat(folder.resolve("out.png")).hasBinaryContent(first);
  }

  /** Nothing on the class path but the JARs that a service adds: no plug-in, no DJL, no YAML. */
  @Test
  void needsTheBundleAlone() throws Exception {
    Path lib = Cli.distribution().resolve("lib");
    String jars;
    try (Stream<Path> files = Files.list(lib)) {
      jars =
          files
              .filter(
                  f -> f.getFileName().toString().matches("(varve-inference|onnxruntime|gson)-.*"))
              .map(Path::toString)
              .collect(Collectors.joining(File.pathSeparator));
    }
    assertThat(jars.split(File.pathSeparator)).hasSize(3);
    Files.writeString(
        folder.resolve("Resolve.java"),
        """
        import io.varve.inference.*;

        class Resolve {
          public static void main(String[] args) {
            try (Bundle bundle = Bundle.open(java.nio.file.Path.of("bundle"))) {
              Tensor y = new Tensor(new long[] {2, 3, 16, 16}, new float[2 * 768]);
              Tensor x = new Variations(bundle, 1, 1).superResolve("y", y).get("pixels.mean");
              System.out.println(java.util.Arrays.toString(x.shape()) + bundle.checkParity().keySet());
            }
          }
        }
        """);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(List.of(java, "-cp", jars, "Resolve.java"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out).contains("[2, 3, 32, 32]", "infer y").doesNotContain("Exception");
    assertThat(process.waitFor()).isZero();
  }
}
