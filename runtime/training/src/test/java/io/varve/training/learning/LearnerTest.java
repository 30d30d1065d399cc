package io.varve.training.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.Run;
import io.varve.model.plugin.Catalog;
import io.varve.model.weights.Weights;
import io.varve.networks.Mlp;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Linear;
import io.varve.spi.Named;
import io.varve.spi.Progress;
import io.varve.spi.Schedule;
import io.varve.training.Experiment;
import io.varve.training.Small;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class LearnerTest {
  /** Two orders of summation in single precision. */
  private static final double ROUNDING = 1e-5;

  private static Runnable atRate = () -> {};

  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void holdsNoMoreHandlesAfterAnyNumberOfSteps() {
    Experiment experiment = Small.experiment("data.augment=[flip, affine]");
    try (Learner learner = learner(experiment)) {
      steps(learner, 0, 50);
      learner.means().take();
      int at50 = handles();
      for (int step = 50; step < 150; step += 25) {
        steps(learner, step, step + 25);
        learner.means().take();
      }
      assertThat(handles()).isEqualTo(at50);
      NDArray leak = manager.zeros(new Shape(1));
      assertThat(handles()).as("the count sees a leak").isEqualTo(at50 + 1);
      leak.close();
    }
  }

  /**
   * Resident memory includes what no count of handles could see. It is looked at once the JVM has
   * compiled the loop and its heap has found its size.
   */
  @Test
  @Tag("slow")
  void holdsNoMoreMemoryAfterTwoThousandSteps() throws IOException {
    try (Learner learner = learner(Small.experiment())) {
      steps(learner, 0, 50);
      int handles = handles();
      steps(learner, 50, 2000);
      long resident = resident();
      steps(learner, 2000, 4000);
      assertThat(handles()).isEqualTo(handles);
      assertThat(resident()).isLessThan(resident + resident / 20);
    }
  }

  /** The rate is asked for between the backward pass and the update. */
  @Test
  void freesTheForwardPassBeforeTheUpdate() {
    Catalog catalog =
        Catalog.of(
            List.of(
                Graph.class,
                Bernoulli.class,
                Mlp.class,
                Normal.class,
                StandardNormal.class,
                Linear.class,
                Watched.class));
    List<Integer> alive = new ArrayList<>();
    for (String activation : List.of("none", "swish")) { // swish makes two arrays a layer more
      String key = "model.nodes[1].p.network={type: mlp, hidden: [12, 12], activation: %s}";
      String[] keys = {key.formatted(activation), "training.rate={type: watched}"};
      Experiment experiment = Experiment.of(Small.yaml(keys), catalog);
      try (Learner learner = learner(experiment)) {
        int before = handles();
        atRate = () -> alive.add(handles() - before);
        steps(learner, 0, 1);
      } finally {
        atRate = () -> {};
      }
    }
    assertThat(alive).hasSize(2);
    assertThat(alive.get(1)).isEqualTo(alive.get(0));
  }

  @Test
  void flatGradientIsThatOfEachParameter() {
    Experiment experiment = Small.experiment();
    Model model = experiment.build(new Shape(1, 8, 8));
    try (Weights weights = Weights.initialize(model, manager);
        NDManager scope = manager.newSubManager()) {
      NDArray leaf = weights.flat().stopGradient();
      leaf.setRequiresGradient(true);
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(loss(model, scope, weights.store(scope, leaf)));
      }
      Map<String, NDArray> leaves = new HashMap<>();
      weights
          .views(weights.flat())
          .forEach(
              (name, view) -> {
                NDArray own = view.duplicate();
                own.setRequiresGradient(true);
                leaves.put(name, own);
              });
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(loss(model, scope, new Own(scope, weights, leaves)));
      }
      weights
          .views(leaf.getGradient())
          .forEach(
              (name, piece) -> {
                float[] flat = piece.toFloatArray();
                float[] own = leaves.get(name).getGradient().toFloatArray();
                double largest = 0;
                for (int i = 0; i < own.length; i++) {
                  assertThat((double) flat[i]).as(name).isCloseTo(own[i], within(ROUNDING));
                  largest = Math.max(largest, Math.abs(own[i]));
                }
                assertThat(largest).as(name).isPositive();
              });
    }
  }

  @Test
  void talliesTheBoundAndTheGradient() {
    try (Learner learner = learner(Small.experiment())) {
      steps(learner, 0, 10);
      RunningMeans.Means means = learner.means().take();
      assertThat(means.terms().keySet()).containsExactly("log_p.x", "kl.z");
      assertThat(means.bound())
          .isEqualTo(means.terms().get("log_p.x") - means.terms().get("kl.z"))
          .isBetween(-64.0, -5.0);
      assertThat(means.importance()).isEmpty();
      assertThat(means.gradientNorm()).isPositive();
      assertThat(means.skipped()).isZero();
      assertThat(learner.means().steps()).isZero();
    }
  }

  /** By Jensen's inequality the log of a mean of weights is at least the mean of their logs. */
  @Test
  void learnsByImportanceSamples() {
    Experiment experiment =
        Small.experiment(
            "objective={importance-samples: 4}", "training.rate={type: constant, value: 1e-2}");
    try (Learner learner = learner(experiment)) {
      steps(learner, 0, 20);
      int handles = handles();
      RunningMeans.Means early = learner.means().take();
      assertThat(early.importance().orElseThrow()).isGreaterThan(early.bound());
      assertThat(early.terms().keySet()).containsExactly("log_p.x", "kl.z");
      steps(learner, 20, 200);
      learner.means().take();
      steps(learner, 200, 220);
      assertThat(handles()).isEqualTo(handles);
      assertThat(learner.means().take().importance().orElseThrow())
          .isGreaterThan(early.importance().orElseThrow() + 5);
    }
  }

  @Test
  void startsFromTheFirstBatch() {
    try (Learner learner = learner(Small.experiment(Small.STARTS))) {
      int before = handles();
      learner.begin(LearnerTest::images);
      assertThat(handles()).isEqualTo(before);
      Weights weights = learner.weights();
      Map<String, NDArray> begun = weights.views(weights.flat());
      int lengths = 0;
      for (Map.Entry<String, NDArray> entry : begun.entrySet()) {
        if (entry.getKey().endsWith(".g")) {
          assertThat(entry.getValue().toFloatArray()).as(entry.getKey()).doesNotContain(1f);
          lengths++;
        }
      }
      // three scales of two convolutions, two of the attention and one that scales, and the output
      assertThat(lengths).isEqualTo(3 * 5 + 1);
      float[] vector = weights.flat().toFloatArray();
      assertThat(learner.best().toFloatArray()).containsExactly(vector);
      learner.begin(LearnerTest::images);
      assertThat(weights.flat().toFloatArray()).isNotEqualTo(vector); // for the Trainer to do once
    }
  }

  @Test
  void leavesWhatDoesNotStartFromDataAsItIs() {
    try (Learner learner = learner(Small.experiment())) {
      float[] before = learner.weights().flat().toFloatArray();
      learner.begin(LearnerTest::images);
      assertThat(learner.weights().flat().toFloatArray()).containsExactly(before);
    }
  }

  @Test
  void learns() {
    Experiment experiment =
        Small.experiment("training.rate={type: constant, value: 1e-2}", "objective={}");
    try (Learner learner = learner(experiment)) {
      steps(learner, 0, 20);
      double before = learner.means().take().bound();
      steps(learner, 20, 200);
      learner.means().take();
      steps(learner, 200, 220);
      assertThat(learner.means().take().bound()).isGreaterThan(before + 5);
    }
  }

  private Learner learner(Experiment experiment) {
    return new Learner(experiment, experiment.build(new Shape(1, 8, 8)), manager);
  }

  private static void steps(Learner learner, int from, int to) {
    for (int step = from; step < to; step++) {
      learner.step(LearnerTest::images, new Progress(step, step / 6.0));
    }
  }

  /** A dark square on a light ground. */
  private static NDArray images(NDManager scope) {
    NDArray images = scope.zeros(new Shape(16, 1, 8, 8), DataType.UINT8);
    images.set(new ai.djl.ndarray.index.NDIndex(":, :, 2:6, 2:6"), 250);
    return images;
  }

  /** Arrays alive in the whole process: everything descends from one root manager. */
  private int handles() {
    return manager.getParentManager().getManagedArrays().size();
  }

  private static long resident() throws IOException {
    System.gc();
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]);
  }

  /** A rate that looks around when it is asked for. */
  @Named("watched")
  public record Watched() implements Schedule {
    @Override
    public double at(Progress progress) {
      atRate.run();
      return 1e-3;
    }
  }

  /** The same dropout and the same noise each time. */
  private static NDArray loss(Model model, NDManager scope, ParameterStore store) {
    Engine.getInstance().setRandomSeed(3);
    NDArray x = scope.randomUniform(0, 1, new Shape(4, 1, 8, 8)).round();
    Run run = new Run(scope, store, true, new EngineNoise(scope, 4));
    return model.bound(run, x).total().mean().neg();
  }

  private static final class Own extends ParameterStore {
    private final Weights weights;
    private final Map<String, NDArray> leaves;

    Own(NDManager scope, Weights weights, Map<String, NDArray> leaves) {
      super(scope, false);
      this.weights = weights;
      this.leaves = leaves;
    }

    @Override
    public NDArray getValue(Parameter parameter, Device device, boolean training) {
      return leaves.get(weights.names().get(parameter));
    }
  }
}
