package io.varve.training.run;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.Model;
import io.varve.model.plugin.Catalog;
import io.varve.model.plugin.UsedPlugins;
import io.varve.model.weights.Weights;
import io.varve.model.yaml.YamlText;
import io.varve.training.Experiment;
import io.varve.training.checkpoint.CheckpointTensors;
import io.varve.training.checkpoint.Checkpoints;
import io.varve.training.data.set.Splits;
import io.varve.training.evaluation.Evaluator;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A run's model with the weights of its newest checkpoint, the running average where one is kept.
 */
public final class TrainedModel implements AutoCloseable {
  private final Experiment experiment;
  private final String yaml;
  private final Shape image;
  private final Model model;
  private final NDManager manager;
  private final Weights weights;
  private final long step;
  private final List<Catalog.Plugin> plugins;

  private TrainedModel(
      Experiment experiment, String yaml, Shape image, NDManager manager, Found found) {
    this.experiment = experiment;
    this.yaml = yaml;
    this.image = image;
    this.manager = manager;
    this.model = found.model();
    this.weights = found.weights();
    this.step = found.step();
    this.plugins = found.plugins();
  }

  private record Found(Model model, Weights weights, long step, List<Catalog.Plugin> plugins) {}

  /**
   * What to load a run with.
   *
   * @param catalog the plug-ins its model names
   * @param data the folder of its data set, where it is not the one in the model file
   * @param device where the weights are to lie
   * @param notes is told of checkpoints passed over
   * @param acceptChangedPlugins whether JARs may be others than those the run was trained with
   */
  public record Options(
      Catalog catalog,
      Optional<String> data,
      Device device,
      Consumer<String> notes,
      boolean acceptChangedPlugins) {
    /** Options for a run whose plug-ins have not changed. */
    public Options(Catalog catalog, Optional<String> data, Device device, Consumer<String> notes) {
      this(catalog, data, device, notes, false);
    }

    /** The JARs of a run's model, checked against those it was trained with. */
    List<Catalog.Plugin> plugins(Path run, Experiment experiment) {
      List<Catalog.Plugin> plugins = UsedPlugins.of(experiment, catalog);
      if (!acceptChangedPlugins) {
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
    YamlText yaml = RunFolder.yaml(run, options.data());
    Experiment experiment = Experiment.of(yaml, options.catalog());
    return load(run, experiment, options, options.plugins(run, experiment));
  }

  private static TrainedModel load(
      Path run, Experiment experiment, Options options, List<Catalog.Plugin> plugins) {
    String text = RunFolder.text(run);
    Checkpoints.Saved saved =
        new Checkpoints(RunFolder.checkpoints(run), text)
            .newest(options.notes())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        run
                            + ": has no checkpoint yet; continue it with 'varve resume "
                            + run
                            + "'"));
    Shape image = saved.image();
    Model model = experiment.build(image);
    NDManager manager = NDManager.newBaseManager(options.device(), "PyTorch");
    try {
      Weights weights = Weights.initialize(model, manager);
      CheckpointTensors.readModel(saved.tensors(), saved.file(), weights);
      if (experiment.training().ema().isPresent()) {
        CheckpointTensors.readAverage(saved.tensors(), saved.file(), weights);
      }
      Found found = new Found(model, weights, saved.position().step(), plugins);
      return new TrainedModel(experiment, text, image, manager, found);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** The model file, bound. */
  public Experiment experiment() {
    return experiment;
  }

  /** The model file's text, overrides resolved. */
  public String yaml() {
    return yaml;
  }

  /** The shape of a stored image, [C, H, W]. */
  public Shape image() {
    return image;
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
    return experiment.training().ema().isPresent();
  }

  /** The JARs its components come from. */
  public List<Catalog.Plugin> plugins() {
    return plugins;
  }

  /** Optimiser steps the weights have seen. */
  public long step() {
    return step;
  }

  /** Measures these weights. */
  public Evaluator evaluator() {
    return new Evaluator(model, experiment.data().encoding(), weights, weights.flat());
  }

  /**
   * Opens the data, limited as the model file says.
   *
   * @throws IllegalArgumentException if they cannot be read or have another shape than those the
   *     model was trained on
   */
  public Splits data() {
    Splits splits = experiment.data().open();
    int[] shape = splits.test().shape();
    if (!image.equals(new Shape(shape[0], shape[1], shape[2]))) {
      throw new IllegalArgumentException(
          "data: images are [%d, %d, %d] where the model was trained on %s [channels, height, width]"
              .formatted(shape[0], shape[1], shape[2], image));
    }
    return splits;
  }

  @Override
  public void close() {
    weights.close();
    manager.close();
  }
}
