package io.varve.training.learning;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.varve.inference.bundle.Term;
import io.varve.model.Bound;
import io.varve.model.EngineNoise;
import io.varve.model.Model;
import io.varve.model.Run;
import io.varve.model.objective.Objective;
import io.varve.model.weights.Weights;
import io.varve.spi.Mapped;
import io.varve.spi.Node;
import io.varve.spi.Progress;
import io.varve.training.Experiment;
import io.varve.training.data.Augmentation;
import io.varve.training.engine.Seeds;
import io.varve.training.optimizer.FlatOptimizer;
import io.varve.training.optimizer.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A model that learns: its weights, the state of their updates, and one step. */
public final class Learner implements AutoCloseable {
  private final Experiment experiment;
  private final Model model;
  private final NDManager manager;
  private final Weights weights;
  private final FlatOptimizer optimizer;
  private final RunningMeans means;

  /** Fresh weights, drawn from the experiment's seed. */
  public Learner(Experiment experiment, Model model, NDManager parent) {
    this.experiment = experiment;
    this.model = model;
    this.manager = parent.newSubManager();
    try {
      Engine.getInstance().setRandomSeed(Seeds.of(experiment.training().seed(), Seeds.WEIGHTS));
      this.weights = Weights.initialize(model, manager);
      this.optimizer = new FlatOptimizer(manager, weights, experiment.training());
      this.means =
          new RunningMeans(manager, terms(model), experiment.objective().importanceSamples());
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private static List<String> terms(Model model) {
    List<String> logP = new ArrayList<>();
    List<String> kl = new ArrayList<>();
    for (Node node : model.nodes()) {
      if (node instanceof Node.Latent) {
        kl.add(Term.kl(node.name()));
      } else if (!(node instanceof Node.Feature)) {
        logP.add(Term.logP(node.name()));
      }
    }
    logP.addAll(kl);
    return logP;
  }

  /**
   * Sets the starting values that blocks take from data, by one pass over the first batch before
   * any step (Salimans &amp; Kingma, 2016, section 3). A resumed run has them in its checkpoint.
   *
   * @param images as in {@link #step}
   */
  public void begin(Function<NDManager, NDArray> images) {
    Training training = experiment.training();
    Engine.getInstance().setRandomSeed(Seeds.of(training.seed(), Seeds.FIRST_BATCH));
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      NDArray bytes = images.apply(scope);
      EngineNoise noise = new EngineNoise(scope, bytes.getShape().get(0));
      Run run = new Run(scope, weights.starting(scope), false, noise);
      model.bound(run, encode(run, bytes).value());
    }
    optimizer.begin();
  }

  /**
   * One step on a batch: bound, gradient, update. Everything it makes is gone when it returns, and
   * the host waits for nothing.
   *
   * @param images uint8 [B, C, H, W], made in the scope that is handed in
   */
  public void step(Function<NDManager, NDArray> images, Progress progress) {
    Training training = experiment.training();
    Engine engine = Engine.getInstance();
    engine.setRandomSeed(Seeds.of(training.seed(), progress.step()));
    try (NDManager scope = manager.newSubManager();
        NDScope arrays = new NDScope()) {
      arrays.suppressNotUsedWarning();
      // Leaves of its own each step start without a gradient and take their handles along.
      Map<String, NDArray> leaves = weights.leaves(scope);
      NDArray bytes = images.apply(scope);
      try (GradientCollector collector = engine.newGradientCollector()) {
        collector.backward(loss(scope, weights.store(scope, leaves), bytes, progress));
      }
      double rate = training.rateAt(progress);
      optimizer.apply(gradients(leaves), means.update(), rate, progress.step());
    }
  }

  /**
   * The loss of a batch, whose terms go into the means.
   *
   * <p>The other handles are closed here, before the backward pass: it then frees each array after
   * its last use, and the next ones take its place, in memory and in the caches.
   */
  private NDArray loss(NDManager scope, ParameterStore store, NDArray bytes, Progress progress) {
    Objective objective = experiment.objective();
    long rows = bytes.getShape().get(0);
    try (NDScope forward = new NDScope()) {
      forward.suppressNotUsedWarning();
      Mapped x = encode(new Run(scope, store, true, new EngineNoise(scope, rows)), bytes);
      EngineNoise noise = new EngineNoise(scope, objective.importanceSamples() * rows);
      Bound bound = objective.bound(model, new Run(scope, store, true, noise), x.value());
      means.add(bound, x.logDet());
      NDArray loss = objective.loss(bound, progress);
      NDScope.unregister(loss);
      return loss;
    }
  }

  /** Zero for a parameter that the loss does not depend on. */
  private static NDList gradients(Map<String, NDArray> leaves) {
    NDList gradients = new NDList();
    for (NDArray leaf : leaves.values()) {
      NDArray gradient = leaf.getGradient();
      gradients.add(gradient != null ? gradient : leaf.zerosLike());
    }
    return gradients;
  }

  private Mapped encode(Run run, NDArray bytes) {
    NDArray images = bytes;
    for (Augmentation change : experiment.data().augment()) {
      images = change.apply(run.at("augment").noise(), images);
    }
    return experiment.data().encoding().encode(run, images);
  }

  /** Its weights. */
  public Weights weights() {
    return weights;
  }

  /** What moves the weights, with its state. */
  public FlatOptimizer optimizer() {
    return optimizer;
  }

  /** What the steps since the last look were like. */
  public RunningMeans means() {
    return means;
  }

  /** The weights that speak for the model: the running average where one is kept. */
  public NDArray best() {
    return optimizer.average().orElse(weights.flat());
  }

  @Override
  public void close() {
    means.close();
    optimizer.close();
    weights.close();
    manager.close();
  }
}
