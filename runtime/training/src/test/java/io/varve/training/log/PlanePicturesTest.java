package io.varve.training.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.report.Report;
import io.varve.report.metrics.Divergence;
import io.varve.training.Small;
import io.varve.training.data.set.DensityGrid;
import io.varve.training.data.set.Split;
import io.varve.training.evaluation.Evaluator;
import io.varve.training.evaluation.Scores;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlanePicturesTest {
  private static final String DATA =
      "data={type: density, name: two-moons, count: 256, test-count: 2000, dequantize: true}";

  /** No latents and nothing to learn but a Gaussian. */
  private static final String GAUSSIAN = "model={type: graph, nodes: [{observed: x, p: normal}]}";

  private static final String[] SMALL = {
    DATA, GAUSSIAN, "objective={}", "training={epochs: 1, batch: 64}"
  };

  /** Deviations of a mean of 2,000 points that chance seldom reaches. */
  private static final double ERRORS = 4;

  @TempDir private Path folder;

  /** The cross-entropy of a Gaussian needs no points: the moments of the density give it. */
  @Test
  void measuresTheDivergenceFromTheDensity() {
    Small.train(folder.resolve("run"), Small.job(SMALL));
    try (TrainedModel trained = Small.load(folder.resolve("run"))) {
      Split test = trained.data().test();
      Scores scores = trained.evaluator().evaluate(test, new Evaluator.Settings(0, 512, 1));
      Divergence divergence = scores.divergence(test).orElseThrow();
      DensityGrid grid = test.density().orElseThrow();
      double exact = crossEntropy(grid, trained.weights().flat().toFloatArray());
      double bits = grid.entropy() / Math.log(2);
      assertThat(divergence.entropy()).isCloseTo(bits, within(1e-9));
      assertThat(divergence.crossEntropy().value())
          .isCloseTo(exact, within(ERRORS * divergence.crossEntropy().error()));
      assertThat(divergence.kl().value())
          .isCloseTo(exact - bits, within(ERRORS * divergence.kl().error()));
      assertThat(2 * scores.bitsPerDim())
          .isCloseTo(divergence.crossEntropy().value(), within(1e-4));
    }
    assertThat(folder.resolve("run/report.html"))
        .content()
        .contains("KL from the density", "Entropy of the density", "<h2>Density", "<h2>Draws");
    assertThat(folder.resolve("run/samples")).isDirectoryContaining("glob:**density-*.png");
  }

  /** Bits of a cell: -log2 of a Gaussian's density on (0, 1) squared, and 8 for each coordinate. */
  private static double crossEntropy(DensityGrid grid, float[] weights) {
    double nats = 0;
    for (int x = 0; x < DensityGrid.SIDE; x++) {
      for (int y = 0; y < DensityGrid.SIDE; y++) {
        double both = cost(x, weights[0], weights[2]) + cost(y, weights[1], weights[3]);
        nats += grid.mass(x, y) * both;
      }
    }
    return nats / Math.log(2) + 16;
  }

  /** Nats of the numbers in (0, 1) that a byte stands for, by a Gaussian. */
  private static double cost(int value, double mean, double logVariance) {
    double square = Math.pow((value + 0.5) / 256 - mean, 2) + 1 / (12.0 * 256 * 256);
    return (Math.log(2 * Math.PI) + logVariance + square / Math.exp(logVariance)) / 2;
  }

  /** Latents, and a likelihood of 256 levels: the bound is of masses, and is drawn all the same. */
  @Test
  void drawsAnyModelOfPoints() {
    String likelihood =
        "model.nodes[1].p={type: discretized-logistic, given: [z], network: {type: mlp, hidden: [8]}}";
    String data = DATA.replace(", dequantize: true", "");
    TrainingJob job = Small.job(data, likelihood, "training={epochs: 1, batch: 64}");
    Small.train(folder.resolve("run"), job);
    try (TrainedModel trained = Small.load(folder.resolve("run"))) {
      Split test = trained.data().test();
      List<Report.Picture> pictures = new PlanePictures(trained.evaluator(), test, 1).pictures();
      assertThat(pictures).extracting(Report.Picture::section).containsExactly("Density", "Draws");
      assertThat(trained.evaluator().pictures().draws(5, 1)).hasSize(10);
    }
  }

  @Test
  void saysWhichDensitiesThereAre() {
    assertThatThrownBy(() -> Small.experiment("data={type: density, name: two-moon}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data.name: expected one of [two-moons, eight-gaussians,")
        .hasMessageContaining("found 'two-moon'. Did you mean 'two-moons'?")
        .hasMessageNotContaining("\n");
  }

  @Test
  void imagesHaveNoDensity() {
    assertThat(Small.experiment().data().open().test().density()).isEmpty();
  }
}
