package io.varve.suite;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever takes one thing for another, or lacks something, is told what to do. */
final class AdviceTest {
  @TempDir static Path trained;
  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(trained.resolve("m.yaml"), BadInputTest.MODEL);
    Cli.succeedHere(trained, "train", "./m.yaml", "--out", "./run");
    Cli.succeedHere(trained, "export", "./run", "--out", "./bundle");
  }

  @Test
  void imagesThatABundleDoesNotTake() throws IOException {
    Path data = Files.createDirectories(folder.resolve("pictures"));
    for (int width = 8; width <= 9; width++) {
      var image = new BufferedImage(width, 8, BufferedImage.TYPE_BYTE_GRAY);
      ImageIO.write(image, "png", data.resolve("w" + width + ".png").toFile());
    }
    String bundle = trained.resolve("bundle").toString();
    BadInputTest.refused(
        Cli.runHere(folder, "score", bundle, "--data", "./pictures"),
        "w9.png: expected 8 x 8 pixels (width x height) as the first image has, found 9 x 8;",
        "resize or crop it");
    BadInputTest.refused(
        Cli.runHere(folder, "score", bundle, "--data", "./pictures/w9.png"),
        "--data: w9.png has 9 x 8 pixels (width x height), the bundle takes 8 x 8; resize or crop");
    BadInputTest.refused(
        Cli.runHere(folder, "score", bundle, "--data", "./pictures/nope.png"),
        "--data: ",
        "pictures/nope.png: no such file or folder",
        "check it");
  }

  @Test
  void whatIsNoBundleAndWhatABundleLacks() {
    BadInputTest.refused(
        Cli.runHere(trained, "score", "./run"),
        "run: is a run, expected a bundle; export it first: varve export ");
    BadInputTest.refused(
        Cli.runHere(trained, "score", "./bundle", "--importance-samples", "5"),
        "has no graph 'importance'",
        "; export it again with --graphs 'bound,",
        ",importance'");
    BadInputTest.refused(
        Cli.runHere(trained, "score", "./bundle", "--importance-samples", "-3"),
        "varve: --importance-samples: must be at least 0, not -3");
    BadInputTest.refused(
        Cli.runHere(trained, "evaluate", "./run", "--batch", "0"),
        "varve: --batch: must be at least 1, not 0");
    BadInputTest.refused(
        Cli.runHere(trained, "reconstruct", "./bundle", "--out", "./o.png", "--carry", "y"),
        "cannot carry [y], as the model has no such variable; those it can carry are [z]");
    BadInputTest.refused(
        Cli.runHere(trained, "verify", "./bundle"),
        "is a bundle, expected a plug-in's JAR; a bundle is checked whenever it is opened");
    BadInputTest.refused(
        Cli.runHere(trained, "verify", "."), "is a folder, expected a plug-in's JAR; name the JAR");
    BadInputTest.refused(
        Cli.runHere(trained, "verify", "./nope.jar"), "no such file; name a plug-in's JAR");
  }

  @Test
  void modelThatLacksWhatACommandNeeds() {
    String[] out = {"./bundle", "--out", "./o.png"};
    BadInputTest.refused(
        Cli.runHere(trained, "super-resolve", out[0], out[1], out[2]),
        "bundle: its model derives nothing of x to start from");
    BadInputTest.refused(
        Cli.runHere(trained, "resample", out[0], out[1], out[2]),
        "nothing but pixels is left to draw where [z] are kept");
    BadInputTest.refused(
        Cli.runHere(trained, "interpolate", out[0], out[1], out[2], "--variable", "y"),
        "'y' is no latent variable",
        "[z]");
    BadInputTest.refused(
        Cli.runHere(trained, "export", "./run", "--out", "./other", "--graphs", "infer z"),
        "'z' is no data variable to infer from; this model's are [x]");
  }
}
