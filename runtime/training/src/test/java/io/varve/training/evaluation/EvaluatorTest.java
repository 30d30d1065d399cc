package io.varve.training.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.inference.ActiveUnits;
import io.varve.model.NoiseSource;
import io.varve.model.Run;
import io.varve.report.metrics.Estimate;
import io.varve.training.Small;
import io.varve.training.data.set.Split;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluatorTest {
  /** Matrix products of other sizes round otherwise; a bound is some tens of nats. */
  private static final double ROUNDING = 1e-3;

  @TempDir private static Path folder;
  private static TrainedModel trained;
  private static Split test;

  @BeforeAll
  static void train() {
    Small.train(folder.resolve("run"), Small.job());
    trained = Small.load(folder.resolve("run"));
    test = trained.data().test();
  }

  @AfterAll
  static void close() {
    trained.close();
  }

  @Test
  void doesNotDependOnTheBatch() {
    Scores whole = trained.evaluator().evaluate(test, new Evaluator.Settings(4, 64, 9));
    for (int batch : new int[] {1, 7}) {
      Scores parts = trained.evaluator().evaluate(test, new Evaluator.Settings(4, batch, 9));
      assertThat(parts.images()).isEqualTo(33);
      for (int i = 0; i < 33; i++) {
        assertThat(parts.bounds()[i]).isCloseTo(whole.bounds()[i], within(ROUNDING));
        assertThat((double) parts.importance().orElseThrow().bound()[i])
            .isCloseTo(whole.importance().orElseThrow().bound()[i], within(ROUNDING));
      }
    }
  }

  @Test
  void dependsOnTheSeedAlone() {
    Evaluator evaluator = trained.evaluator();
    double[] once = evaluator.evaluate(test, new Evaluator.Settings(0, 64, 9)).bounds();
    assertThat(evaluator.evaluate(test, new Evaluator.Settings(0, 64, 9)).bounds()).isEqualTo(once);
    assertThat(evaluator.evaluate(test, new Evaluator.Settings(0, 64, 8)).bounds())
        .isNotEqualTo(once);
  }

  @Test
  void importanceSamplesTightenTheBound() {
    Scores scores = trained.evaluator().evaluate(test, new Evaluator.Settings(50, 64, 9));
    assertThat(scores.importance().orElseThrow().samples()).isEqualTo(50);
    assertThat(scores.importance().orElseThrow().mean()).isGreaterThan(scores.bound());
    assertThat(scores.bound())
        .isCloseTo(scores.reconstruction() - scores.kl().get("z"), within(ROUNDING));
    assertThat(scores.bitsPerDim()).isCloseTo(-scores.bound() / 64 / Math.log(2), within(1e-9));
  }

  @Test
  void weightsTheFirstImagesAlone() {
    Evaluator evaluator = trained.evaluator();
    Scores all = evaluator.evaluate(test, new Evaluator.Settings(4, 16, 9));
    Scores few = evaluator.evaluate(test, new Evaluator.Settings(4, 16, 9, 20));
    assertThat(few.images()).isEqualTo(33);
    assertThat(few.importance().orElseThrow().images()).isEqualTo(20);
    double sum = 0;
    for (int i = 0; i < 20; i++) {
      double bound = few.importance().orElseThrow().bound()[i];
      sum += bound;
      assertThat(bound).isCloseTo(all.importance().orElseThrow().bound()[i], within(ROUNDING));
    }
    assertThat(few.importanceBits().orElseThrow().value())
        .isCloseTo(-sum / 20 / 64 / Math.log(2), within(1e-6));
  }

  @Test
  void tellsHowFarChanceMayHaveMovedMeans() {
    Scores scores = trained.evaluator().evaluate(test, new Evaluator.Settings(0, 64, 9));
    double mean = scores.bound();
    double squares = 0;
    for (double bound : scores.bounds()) {
      squares += (bound - mean) * (bound - mean);
    }
    double error = Math.sqrt(squares / 32 / 33);
    assertThat(scores.boundMean().value()).isCloseTo(mean, within(1e-9));
    assertThat(scores.boundMean().error()).isCloseTo(error, within(1e-9));
    assertThat(scores.bitsMean().error()).isCloseTo(error / 64 / Math.log(2), within(1e-9));
    double bits = scores.termBits().values().stream().mapToDouble(v -> v).sum();
    assertThat(bits).as("terms add up").isCloseTo(scores.bitsPerDim(), within(1e-9));
    assertThat(scores.termBits().get("kl.z")).isPositive();
    assertThat(Estimate.of(new double[] {3}).error()).isNaN();
  }

  /** A normal posterior without noise is at its mean, whose variance is what is asked for. */
  @Test
  void countsActiveUnits() {
    double[][] means = new double[test.size()][];
    trained
        .evaluator()
        .forBatches(
            test,
            test.size(),
            9,
            batch -> {
              Run still =
                  new Run(
                      batch.scope(),
                      trained.weights().store(batch.scope(), trained.weights().flat()),
                      false,
                      new Still(batch.scope(), 33));
              float[] z = trained.model().infer(still, batch.x().value()).get("z").toFloatArray();
              for (int i = 0; i < 33; i++) {
                means[i] = new double[] {z[3 * i], z[3 * i + 1], z[3 * i + 2]};
              }
            });
    int active = 0;
    for (int d = 0; d < 3; d++) {
      int at = d;
      double mean = Arrays.stream(means).mapToDouble(m -> m[at]).average().orElseThrow();
      double variance = Arrays.stream(means).mapToDouble(m -> Math.pow(m[at] - mean, 2)).sum() / 32;
      assertThat(Math.abs(variance - 0.01)).as("clear of the threshold").isGreaterThan(1e-5);
      active += variance > 0.01 ? 1 : 0;
    }
    for (int batch : new int[] {64, 7}) {
      assertThat(trained.evaluator().activeUnits(test, new Evaluator.Settings(0, batch, 9)))
          .isEqualTo(Map.of("z", new ActiveUnits.Count(active, 3)));
    }
  }

  @Test
  void collapsedLatentsAreNotActive() {
    Path run = folder.resolve("constant");
    Small.train(run, Small.job("model.nodes[0].q=standard-normal"));
    try (TrainedModel constant = Small.load(run)) {
      assertThat(constant.evaluator().activeUnits(test, new Evaluator.Settings(0, 64, 9)))
          .isEqualTo(Map.of("z", new ActiveUnits.Count(0, 3)));
    }
    assertThat(run.resolve("report.html")).content().contains("0 of 3", "Collapsed");
  }

  /** No noise at all. */
  private record Still(NDManager manager, int rows) implements NoiseSource {
    @Override
    public NDArray normal(String stream, Shape event) {
      return manager.zeros(new Shape(rows).addAll(event));
    }

    @Override
    public NDArray uniform(String stream, Shape event) {
      throw new IllegalStateException(stream + " is not asked for");
    }
  }

  @Test
  void dequantisedBitsCountTheStoredBytes() {
    TrainingJob job =
        Small.job(
            "data={type: strokes, count: 64, test-count: 16, size: 8, dequantize: true}",
            "model.nodes[1].p={type: normal, given: [z], network: {type: mlp, hidden: [12]}}");
    Scores scores = Small.train(folder.resolve("real"), job);
    assertThat(scores.bitsPerDim()).isCloseTo(-scores.bound() / 64 / Math.log(2) + 8, within(1e-4));
  }

  @Test
  void drawsPixels() {
    assertThat(trained.evaluator().pictures().samples(5, 1)).hasSize(5 * 64);
    assertThat(trained.evaluator().pictures().samples(5, 1))
        .isEqualTo(trained.evaluator().pictures().samples(5, 1));
    List<Set<String>> carried = List.of(Set.of("z"), Set.of());
    List<byte[]> pairs = trained.evaluator().pictures().reconstructions(test, 3, carried, 1);
    assertThat(pairs).hasSize(3).allMatch(images -> images.length == 3 * 64);
    for (byte pixel : pairs.get(0)) {
      assertThat(Byte.toUnsignedInt(pixel)).as("binarised").isIn(0, 255);
    }
  }

  @Test
  void refusesSettingsWithoutMeaning() {
    assertThatThrownBy(() -> new Evaluator.Settings(-1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("evaluation.importance-samples: must be at least 0, not -1");
    assertThatThrownBy(() -> new Evaluator.Settings(1, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("evaluation.batch: must be at least 1, not 0");
  }
}
