package io.varve.model;

import static io.varve.model.ImportanceTest.BATCH;
import static io.varve.model.ImportanceTest.ROUNDING;
import static io.varve.model.ImportanceTest.X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.objective.Objective;
import io.varve.model.weights.Weights;
import io.varve.spi.Progress;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Training by several draws an image, against the bounds of the same draws one by one. */
class ImportanceTermsTest {
  private static final Progress START = new Progress(0, 0);

  private NDManager manager;
  private Model model;
  private Weights weights;
  private NDArray x;

  @BeforeEach
  void build() {
    manager = NDManager.newBaseManager();
    manager.getEngine().setRandomSeed(4);
    model = Kit.model(X, ImportanceTest.NODES, List.of(Probe.class));
    weights = Weights.initialize(model, manager);
    x = manager.create(new float[] {0, 3, 1, 2, 2, 2, 0, 0, 3, 1, 0, 1}, new Shape(BATCH, 3));
  }

  @AfterEach
  void close() {
    weights.close();
    manager.close();
  }

  private Run run(NDManager scope, int draw) {
    return Kit.run(scope, weights, new Kit.NamedNoise(scope, BATCH, draw));
  }

  /** The noise of several draws, laid along the batch. */
  private record Stacked(NDManager scope, int samples) implements NoiseSource {
    @Override
    public NDArray normal(String stream, Shape event) {
      return stack(k -> new Kit.NamedNoise(scope, BATCH, k).normal(stream, event));
    }

    @Override
    public NDArray uniform(String stream, Shape event) {
      return stack(k -> new Kit.NamedNoise(scope, BATCH, k).uniform(stream, event));
    }

    private NDArray stack(IntFunction<NDArray> draw) {
      return NDArrays.concat(
          new NDList(IntStream.range(0, samples).mapToObj(draw).toArray(NDArray[]::new)));
    }
  }

  private static Objective objective(int samples) {
    return Kit.binder().bind("o", "{importance-samples: " + samples + "}", Objective.class);
  }

  /** The loss of some draws in one pass, by the weights in a leaf. */
  private Bound terms(NDManager scope, int samples, NDArray leaf) {
    Run run = new Run(scope, weights.store(scope, leaf), false, new Stacked(scope, samples));
    return model.importanceTerms(samples, run, x);
  }

  /**
   * The bound of one draw by itself, which is its weight as no KL of the model has a closed form.
   */
  private float[] total(int draw) {
    return model.bound(run(manager, draw), x).total().toFloatArray();
  }

  @Test
  void objectiveIsTheBoundOfTheSameDraws() {
    for (int samples : new int[] {2, 5}) {
      Bound terms = terms(manager, samples, weights.flat());
      float[] found = terms.importance(samples, 1).toFloatArray();
      for (int i = 0; i < BATCH; i++) {
        double sum = 0;
        for (int k = 0; k < samples; k++) {
          sum += Math.exp(total(k)[i]);
        }
        assertThat(found[i]).isCloseTo((float) Math.log(sum / samples), within(ROUNDING));
      }
      float[] oneByOne = model.importanceBound(samples, k -> run(manager, k), x).toFloatArray();
      assertThat(found).containsExactly(oneByOne, within(ROUNDING));
      assertThat(objective(samples).loss(terms, START).getFloat())
          .isCloseTo((float) -Kit.mean(terms.importance(samples, 1)), within(ROUNDING));
      assertThat(terms.total().toFloatArray()).hasSize(samples * BATCH);
      float[] laid = terms.total().get(BATCH + ":" + 2 * BATCH).toFloatArray();
      assertThat(laid).containsExactly(total(1), within(ROUNDING));
    }
  }

  @Test
  void objectiveOfOneDrawIsTheSampledBound() {
    Bound terms = terms(manager, 1, weights.flat());
    float[] weight = total(0);
    assertThat(terms.total().toFloatArray()).containsExactly(weight, within(ROUNDING));
    assertThat(terms.importance(1, 1).toFloatArray()).containsExactly(weight, within(ROUNDING));
    assertThat(terms.sampled().keySet()).containsExactlyElementsOf(terms.kl().keySet());
  }

  /** Burda et al. (2016), equation 14: each draw's gradient counts by its share of the weights. */
  @Test
  void objectivesGradientCountsDrawsByTheirWeights() {
    int samples = 4;
    double[] log = Kit.doubles(terms(manager, samples, weights.flat()).total());
    float[] share = new float[log.length];
    for (int i = 0; i < log.length; i++) {
      double all = 0;
      for (int k = 0; k < samples; k++) {
        all += Math.exp(log[k * BATCH + i % BATCH] - log[i]);
      }
      share[i] = (float) (-1 / all / BATCH);
    }
    NDArray shares = manager.create(share);
    float[] byHand = gradient(leaf -> terms(manager, samples, leaf).total().mul(shares).sum());
    float[] found = gradient(leaf -> objective(samples).loss(terms(manager, samples, leaf), START));
    assertThat(found).containsExactly(byHand, within(ROUNDING));
    float[] plain = gradient(leaf -> terms(manager, samples, leaf).total().mean().neg());
    assertThat(found).isNotEqualTo(plain);
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - plain[i]));
    }
    assertThat(largest).as("apart from the bound's").isGreaterThan(100 * ROUNDING);
  }

  private float[] gradient(UnaryOperator<NDArray> loss) {
    NDArray leaf = weights.flat().stopGradient();
    leaf.setRequiresGradient(true);
    try (var collector = manager.getEngine().newGradientCollector()) {
      collector.backward(loss.apply(leaf));
    }
    return leaf.getGradient().toFloatArray();
  }

  @Test
  void betaIsThePowerOfThePriorsShare() {
    int samples = 3;
    Bound terms = terms(manager, samples, weights.flat());
    double[] logP = Kit.doubles(terms.reconstruction());
    double[] total = Kit.doubles(terms.total());
    Objective half =
        Kit.binder()
            .bind(
                "o",
                "{importance-samples: 3, beta: {type: constant, value: 0.5}}",
                Objective.class);
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      double sum = 0;
      for (int k = 0; k < samples; k++) {
        int at = k * BATCH + i;
        sum += Math.exp(logP[at] - 0.5 * (logP[at] - total[at]));
      }
      expected -= Math.log(sum / samples) / BATCH;
    }
    assertThat((double) half.loss(terms, START).getFloat())
        .isCloseTo(expected, within((double) ROUNDING));
  }

  @Test
  void drawsOfOnePassShareWhatReadsDataAlone() {
    Probe.clear();
    terms(manager, 5, weights.flat());
    assertThat(Probe.seen("h.network")).hasSize(1);
    float[] readX = Probe.seen("h.network").get(0).get(0);
    assertThat(readX).hasSize(BATCH * (int) X.shape().size());
  }
}
