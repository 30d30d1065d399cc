package io.varve.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.training.data.Split;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluatorTest {
  /** Matrix products of other sizes round otherwise; a bound is some tens of nats. */
  private static final double ROUNDING = 1e-3;

  @TempDir Path folder;
  private Trained trained;
  private Split test;

  @BeforeEach
  void train() {
    Small.train(folder.resolve("run"), Small.job());
    trained = Small.load(folder.resolve("run"));
    test = trained.data().test();
  }

  @AfterEach
  void close() {
    trained.close();
  }

  @Test
  void doesNotDependOnTheBatch() {
    Scores whole = trained.evaluator().evaluate(test, new Evaluator.Plan(4, 64, 9));
    for (int batch : new int[] {1, 7}) {
      Scores parts = trained.evaluator().evaluate(test, new Evaluator.Plan(4, batch, 9));
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
    double[] once = evaluator.evaluate(test, new Evaluator.Plan(0, 64, 9)).bounds();
    assertThat(evaluator.evaluate(test, new Evaluator.Plan(0, 64, 9)).bounds()).isEqualTo(once);
    assertThat(evaluator.evaluate(test, new Evaluator.Plan(0, 64, 8)).bounds()).isNotEqualTo(once);
  }

  @Test
  void importanceSamplesTightenTheBound() {
    Scores scores = trained.evaluator().evaluate(test, new Evaluator.Plan(50, 64, 9));
    assertThat(scores.importance().orElseThrow().samples()).isEqualTo(50);
    assertThat(scores.importance().orElseThrow().mean()).isGreaterThan(scores.bound());
    assertThat(scores.bound())
        .isCloseTo(scores.reconstruction() - scores.kl().get("z"), within(ROUNDING));
    assertThat(scores.bitsPerDim()).isCloseTo(-scores.bound() / 64 / Math.log(2), within(1e-9));
  }

  @Test
  void dequantisedBitsCountTheStoredBytes() {
    Job job =
        Small.job(
            "data={type: strokes, count: 64, test-count: 16, size: 8, dequantize: true}",
            "model.nodes[1].p={type: normal, given: [z], network: {type: mlp, hidden: [12]}}");
    Scores scores = Small.train(folder.resolve("real"), job);
    assertThat(scores.bitsPerDim()).isCloseTo(-scores.bound() / 64 / Math.log(2) + 8, within(1e-4));
  }

  @Test
  void drawsPixels() {
    assertThat(trained.evaluator().samples(5, 1)).hasSize(5 * 64);
    assertThat(trained.evaluator().samples(5, 1)).isEqualTo(trained.evaluator().samples(5, 1));
    List<byte[]> pairs = trained.evaluator().reconstructions(test, 3, 1);
    assertThat(pairs).hasSize(2).allMatch(images -> images.length == 3 * 64);
    for (byte pixel : pairs.get(0)) {
      assertThat(Byte.toUnsignedInt(pixel)).as("binarised").isIn(0, 255);
    }
  }

  @Test
  void refusesPlansWithoutMeaning() {
    assertThatThrownBy(() -> new Evaluator.Plan(-1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
