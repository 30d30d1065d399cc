package io.varve.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Model;
import io.varve.model.weights.Weights;
import io.varve.training.Experiment;
import io.varve.training.Small;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fused updates against the published formulas in scalar double precision. */
final class FlatOptimizerTest {
  private static final int STEPS = 25;
  private static final double RATE = 0.01;

  /** Single precision over 25 steps of at most 0.01 each. */
  private static final double TOLERANCE = 2e-6;

  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  private final Random random = new Random(7);

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void adamMovesAsPublished() {
    check("training.optimizer={type: adam, beta1: 0.8, beta2: 0.95, epsilon: 1e-3}", new Adam());
  }

  @Test
  void adamaxMovesAsPublished() {
    check("training.optimizer={type: adamax, beta1: 0.8, beta2: 0.95, epsilon: 1e-3}", new Max());
  }

  @Test
  void adamwDecaysWeightsApart() {
    Adam reference = new Adam();
    reference.decay = 0.3;
    check(
        "training.optimizer={type: adamw, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weight-decay: 0.3}",
        reference);
  }

  @Test
  void clippingScalesTheGradientToTheNorm() {
    Adam reference = new Adam();
    reference.clip = 0.7;
    check(
        "training={epochs: 1, batch: 1, clip-norm: 0.7, optimizer: {type: adam, beta1: 0.8, beta2: 0.95, epsilon: 1e-3}}",
        reference);
    Max max = new Max();
    max.clip = 0.7;
    check(
        "training={epochs: 1, batch: 1, clip-norm: 0.7, optimizer: {type: adamax, beta1: 0.8, beta2: 0.95, epsilon: 1e-3}}",
        max);
  }

  @Test
  void penaltyDrawsKernelsAndBiasesToZero() {
    for (String optimizer : List.of("adam", "adamw", "adamax")) {
      for (double clip : new double[] {Double.POSITIVE_INFINITY, 0.7}) {
        Reference reference = optimizer.equals("adamax") ? new Max() : new Adam();
        reference.l2 = 0.05;
        reference.clip = clip;
        String decay = optimizer.equals("adamw") ? ", weight-decay: 0" : "";
        String clips = clip < 1 ? ", clip-norm: 0.7" : "";
        check(
            "training={epochs: 1, batch: 1, l2: 0.05%s, optimizer: {type: %s, beta1: 0.8, beta2: 0.95, epsilon: 1e-3%s}}"
                .formatted(clips, optimizer, decay),
            reference);
      }
    }
  }

  @Test
  void averageFollowsTheWeights() {
    try (Bench bench = new Bench(Small.experiment("training.ema=0.6"))) {
      double[] average = bench.weights();
      for (int step = 0; step < STEPS; step++) {
        bench.apply(gradient(average.length), step);
        double weight = Math.max(1 - 0.6, 9.0 / (10 + step));
        double[] now = bench.weights();
        for (int i = 0; i < average.length; i++) {
          average[i] += weight * (now[i] - average[i]);
        }
      }
      assertClose(bench.update.average().orElseThrow().toFloatArray(), average);
    }
  }

  @Test
  void refusesGradientsThatAreNotFiniteOrTooLarge() {
    for (String optimizer : new String[] {"adam", "adamax", "adamw"}) {
      String keys = "training={epochs: 1, batch: 1, skip-norm: 50, optimizer: %s}";
      try (Bench bench = new Bench(Small.experiment(keys.formatted(optimizer)))) {
        int n = bench.weights().length;
        bench.apply(gradient(n), 0);
        double[] before = bench.weights();
        double[] first = doubles(bench.update.state().get("first"));
        double[] second = doubles(bench.update.state().get("second"));
        int step = 1;
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e30f, -51f}) {
          float[] gradient = gradient(n);
          gradient[n / 2] = bad;
          bench.apply(gradient, step++);
        }
        assertThat(bench.weights()).isEqualTo(before);
        assertThat(doubles(bench.update.state().get("first"))).isEqualTo(first);
        assertThat(doubles(bench.update.state().get("second"))).isEqualTo(second);
        assertThat(bench.update.state().get("applied").toFloatArray()).containsExactly(1f);
        assertThat(bench.tally.toFloatArray()[1]).as("skipped").isEqualTo(4f);
        bench.apply(gradient(n), step);
        assertThat(bench.weights()).isNotEqualTo(before);
        assertThat(bench.update.state().get("applied").toFloatArray()).containsExactly(2f);
      }
    }
  }

  @Test
  void momentsOfWeightsWithoutGradientNeverBecomeDenormal() {
    try (Bench bench = new Bench(Small.experiment("training.optimizer={type: adam, beta2: 0.9}"))) {
      int n = bench.weights().length;
      bench.apply(gradient(n), 0);
      for (int step = 1; step < 1200; step++) {
        bench.apply(new float[n], step);
        if (step % 50 == 0) {
          for (String moment : new String[] {"first", "second"}) {
            for (float value : bench.update.state().get(moment).toFloatArray()) {
              assertThat(value == 0 || Math.abs(value) >= Float.MIN_NORMAL).isTrue();
            }
          }
        }
      }
      assertThat(bench.update.state().get("first").toFloatArray()).containsOnly(0f);
    }
  }

  private void check(String keys, Reference reference) {
    try (Bench bench = new Bench(Small.experiment(keys))) {
      reference.start(bench.weights());
      double norms = 0;
      for (int step = 0; step < STEPS; step++) {
        float[] gradient = gradient(reference.w.length);
        bench.apply(gradient, step);
        norms += reference.step(gradient);
      }
      assertClose(bench.update.state().get("first").toFloatArray(), reference.m);
      double[] moved = bench.weights();
      for (int i = 0; i < moved.length; i++) {
        assertThat(moved[i]).as("weight %d", i).isCloseTo(reference.w[i], within(TOLERANCE));
      }
      assertThat((double) bench.tally.toFloatArray()[0]).isCloseTo(norms, within(1e-4 * norms));
    }
  }

  private static void assertClose(float[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("element %d", i).isCloseTo(expected[i], within(TOLERANCE));
    }
  }

  /** Some weights never have a gradient, as at the border of MNIST. */
  private float[] gradient(int n) {
    float[] gradient = new float[n];
    for (int i = 0; i < n; i++) {
      gradient[i] = i % 5 == 0 ? 0 : (float) (0.1 * random.nextGaussian());
    }
    return gradient;
  }

  private static double[] doubles(NDArray array) {
    float[] values = array.toFloatArray();
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private final class Bench implements AutoCloseable {
    private final Weights weights;
    private final FlatOptimizer update;
    private final NDArray tally = manager.zeros(new Shape(2));

    Bench(Experiment experiment) {
      Model model = experiment.build(new Shape(1, 8, 8));
      weights = Weights.initialize(model, manager);
      update = new FlatOptimizer(manager, weights, experiment.training());
    }

    double[] weights() {
      return doubles(weights.flat());
    }

    void apply(float[] gradient, long step) {
      try (NDManager scope = manager.newSubManager()) {
        NDList parts = new NDList();
        weights.views(scope.create(gradient)).values().forEach(parts::add);
        update.apply(parts, tally, RATE, step);
        int at = 0;
        for (NDArray part : parts) {
          float[] before = Arrays.copyOfRange(gradient, at, at += (int) part.size());
          assertThat(part.toFloatArray()).as("gradients are as they were").isEqualTo(before);
        }
      }
    }

    @Override
    public void close() {
      update.close();
      weights.close();
    }
  }

  /** One weight at a time, as on paper: beta1 0.8, beta2 0.95, epsilon 1e-3. */
  private abstract static class Reference {
    static final double BETA1 = 0.8;
    static final double BETA2 = 0.95;
    static final double EPSILON = 1e-3;

    double[] w;
    double[] m;
    double[] v;
    double clip = Double.POSITIVE_INFINITY;
    double l2;
    int t;

    void start(double[] weights) {
      w = weights.clone();
      m = new double[w.length];
      v = new double[w.length];
    }

    double step(float[] gradient) {
      double squares = 0;
      for (int i = 0; i < gradient.length; i++) {
        squares += (double) gradient[i] * gradient[i];
      }
      double scale = Math.min(1, clip / Math.sqrt(squares));
      t++;
      for (int i = 0; i < gradient.length; i++) {
        move(i, gradient[i] * scale + 2 * l2 * w[i]);
      }
      return Math.sqrt(squares);
    }

    abstract void move(int i, double g);
  }

  private static final class Adam extends Reference {
    double decay;

    @Override
    void move(int i, double g) {
      m[i] = BETA1 * m[i] + (1 - BETA1) * g;
      v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
      double mean = m[i] / (1 - Math.pow(BETA1, t));
      double size = v[i] / (1 - Math.pow(BETA2, t));
      w[i] -= RATE * decay * w[i];
      w[i] -= RATE * mean / (Math.sqrt(size) + EPSILON);
    }
  }

  private static final class Max extends Reference {
    @Override
    void move(int i, double g) {
      m[i] = BETA1 * m[i] + (1 - BETA1) * g;
      v[i] = Math.max(BETA2 * v[i], Math.abs(g));
      w[i] -= RATE / (1 - Math.pow(BETA1, t)) * m[i] / (v[i] + EPSILON);
    }
  }
}
