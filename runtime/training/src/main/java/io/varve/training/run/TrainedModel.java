package io.varve.training.run;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Model;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.UsedPlugins;
import io.varve.model.weights.Weights;
import io.varve.training.Experiment;
import io.varve.training.checkpoint.CheckpointTensors;
import io.varve.training.checkpoint.Checkpoints;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import io.varve.training.data.set.WrongSize;
import io.varve.training.evaluation.Evaluator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run's model with the weights of its newest checkpoint, the running average where one is kept.
 */
public final class TrainedModel implements AutoCloseable {
  private final Path run;
  private final Consumer<String> notes;
  private final TrainingJob job;
  private final Checkpoints.Saved saved;
  private final Model model;
  private final NDManager manager;
  private final Weights weights;

  private TrainedModel(Path run, Options options, TrainingJob job, Checkpoints.Saved saved) {
    this.run = run;
    this.notes = options.notes();
    this.job = job;
    this.saved = saved;
    this.model = job.experiment().build(saved.image());
    this.manager = NDManager.newBaseManager(options.device(), "PyTorch");
    try {
      this.weights = read();
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private Weights read() {
    Weights weights = Weights.initialize(model, manager);
    CheckpointTensors.readModel(saved.tensors(), saved.file(), weights);
    if (averaged()) {
      CheckpointTensors.readAverage(saved.tensors(), saved.file(), weights);
    }
    return weights;
  }

  /**
   * What may differ from what a run was trained with.
   *
   * @param plugins the JARs of its plug-ins
   * @param data its data, when it goes on
   */
  public record Accepted(boolean plugins, boolean data) {}

  /**
   * What to load a run with.
   *
   * @param catalog the plug-ins its model names
   * @param data the folder of its data set, where it is not the one in the model file
   * @param device where the weights are to lie
   * @param notes hears of checkpoints that were passed over
   * @param accepted what may have changed
   */
  public record Options(
      Catalog catalog,
      Optional<String> data,
      Device device,
      Consumer<String> notes,
      Accepted accepted) {
    /** Options for a run of which nothing has changed. */
    public Options(Catalog catalog, Optional<String> data, Device device, Consumer<String> notes) {
      this(catalog, data, device, notes, new Accepted(false, false));
    }

    /** The JARs of a run's model, checked against those it was trained with. */
    List<Catalog.Plugin> plugins(Path run, Experiment experiment) {
      List<Catalog.Plugin> plugins = UsedPlugins.of(experiment, catalog);
      if (!accepted.plugins()) {
        PluginLock.require(run, plugins);
      }
      return plugins;
    }
  }

  /**
   * Loads a run.
   *
   * @throws IllegalArgumentException one line: if there is no run, no whole checkpoint, a NaN among
   *     the weights, data that do not fit, or a plug-in that has changed
   */
  public static TrainedModel load(Path run, Options options) {
    TrainingJob job = TrainingJob.of(run, options, "varve resume " + run);
    Checkpoints.Saved saved =
        new Checkpoints(RunFolder.checkpoints(run), job.yaml())
            .newest(options.notes())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s: has no checkpoint yet; continue it with 'varve resume %s'"
                            .formatted(run, run)));
    return new TrainedModel(run, options, job, saved);
  }

  /** The model file, bound. */
  public Experiment experiment() {
    return job.experiment();
  }

  /** The model file's text, overrides resolved. */
  public String yaml() {
    return job.yaml();
  }

  /** The shape of a stored image, [C, H, W]. */
  public Shape image() {
    return saved.image();
  }

  /** The model. */
  public Model model() {
    return model;
  }

  /** Its weights; their vector holds the running average where one is kept. */
  public Weights weights() {
    return weights;
  }

  /** Whether the weights are a running average. */
  public boolean averaged() {
    return experiment().training().ema().isPresent();
  }

  /** The JARs its components come from. */
  public List<Catalog.Plugin> plugins() {
    return job.plugins();
  }

  /** Optimiser steps the weights have seen. */
  public long step() {
    return saved.position().step();
  }

  /** Measures these weights. */
  public Evaluator evaluator() {
    return new Evaluator(model, experiment().data().encoding(), weights, weights.flat());
  }

  /**
   * Opens the data, limited as the model file says; notes what was left out, and what has changed
   * since the run was trained.
   *
   * @throws IllegalArgumentException if they cannot be read or have another shape than those the
   *     model was trained on
   */
  public Splits data() {
    Splits splits = experiment().data().open();
    splits.notes().forEach(notes);
    DataRecord.note(run, splits, notes);
    fitting(splits.test());
    return splits;
  }

  /**
   * The images as they are, if they have the shape of those that the model was trained on.
   *
   * @throws IllegalArgumentException if they do not
   */
  public Split fitting(Split images) {
    List<Long> shape = Arrays.stream(image().getShape()).boxed().toList();
    Optional<String> wrong = WrongSize.of(images, "the model was trained on", shape);
    if (wrong.isPresent()) {
      throw new IllegalArgumentException("data: " + wrong.get());
    }
    return images;
  }

  @Override
  public void close() {
    weights.close();
    manager.close();
  }
}
