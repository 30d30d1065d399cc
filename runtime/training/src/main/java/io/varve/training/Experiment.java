package io.varve.training;

import ai.djl.ndarray.types.Shape;
import io.varve.inference.bundle.GraphName;
import io.varve.model.Encoding;
import io.varve.model.Model;
import io.varve.model.binder.Binder;
import io.varve.model.objective.Objective;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.spi.Default;
import io.varve.spi.Hierarchy;
import io.varve.spi.Inline;
import io.varve.training.data.Augmentation;
import io.varve.training.data.Source;
import io.varve.training.data.set.Split;
import io.varve.training.data.set.Splits;
import io.varve.training.optimizer.Training;
import java.util.List;
import java.util.Optional;

/**
 * A whole model file: what is trained on what, how, and what becomes of it.
 *
 * @param name what reports and bundles call it
 * @param data where images come from and how they become x
 * @param model the hierarchy
 * @param objective what training maximises
 * @param training how
 * @param evaluation what is measured on the test images
 * @param export the graphs of a bundle, by {@link GraphName}; {@link GraphName#MODES} for all that
 *     the modes of the model need, {@code generate} and where it has latents {@code infer} among it
 */
public record Experiment(
    String name,
    Data data,
    Hierarchy model,
    @Default("{}") Objective objective,
    Training training,
    @Default("{}") Evaluation evaluation,
    @Default("[bound, modes]") List<String> export) {

  /** Checks the keys. */
  public Experiment {
    if (name.isBlank()) {
      throw new IllegalArgumentException("'name' must not be empty");
    }
    for (String entry : export) {
      if (!entry.equals(GraphName.MODES) && GraphName.find(entry).isEmpty()) {
        throw new IllegalArgumentException(
            "'export' lists '%s'; known are %s".formatted(entry, GraphName.KNOWN));
      }
    }
    export = List.copyOf(export);
  }

  /**
   * Where images come from and how they become x.
   *
   * @param source the files
   * @param encoding how stored bytes become values
   * @param augment random changes to training images, in order
   * @param trainImages use the first so many training images only
   * @param testImages use the first so many test images only
   */
  public record Data(
      @Inline Source source,
      @Inline Encoding encoding,
      @Default("[]") List<Augmentation> augment,
      Optional<Integer> trainImages,
      Optional<Integer> testImages) {

    /** Checks the keys. */
    public Data {
      augment = List.copyOf(augment);
      atLeastOne("train-images", trainImages);
      atLeastOne("test-images", testImages);
    }

    /**
     * Opens the images, limited as the keys say.
     *
     * @throws IllegalArgumentException one line naming the file that cannot be used
     */
    public Splits open() {
      Splits all = source.open();
      return new Splits(
          first(all.train(), trainImages), first(all.test(), testImages), all.notes());
    }
  }

  /**
   * What is measured on the test images.
   *
   * @param importanceSamples K of the importance-weighted bound at the end of training (Burda et
   *     al., 2016); 0 leaves it out
   * @param importanceImages estimate that bound on the first so many of them only
   * @param images measure on the first so many test images only
   * @param batch images at a time; results do not depend on it
   * @param keepPictures of how many evaluations during training the pictures are kept, the last
   *     ones
   */
  public record Evaluation(
      @Default("0") int importanceSamples,
      Optional<Integer> importanceImages,
      Optional<Integer> images,
      @Default("256") int batch,
      @Default("20") int keepPictures) {

    /** Checks the keys. */
    public Evaluation {
      if (importanceSamples < 0) {
        throw new IllegalArgumentException(
            "'importance-samples' must be at least 0, not " + importanceSamples);
      }
      atLeastOne("importance-images", importanceImages);
      atLeastOne("images", images);
      atLeastOne("batch", Optional.of(batch));
      atLeastOne("keep-pictures", Optional.of(keepPictures));
    }

    /** The images to measure on. */
    public Split of(Split test) {
      return first(test, images);
    }
  }

  /**
   * Binds a model file.
   *
   * @throws IllegalArgumentException one line: file, line, path, what is wrong and what is known
   */
  public static Experiment of(YamlText yaml, Catalog catalog) {
    return new Binder(catalog).bind(yaml, Experiment.class);
  }

  /**
   * Builds the model for images of this shape.
   *
   * @param image [C, H, W]
   * @throws IllegalArgumentException naming the node that does not fit, a latent of {@code
   *     objective} that is not there, or a variable of {@code export} that cannot be carried or
   *     inferred from, or nothing to infer: better now than after training
   */
  public Model build(Shape image) {
    Model built = Model.of(model, data.encoding().space(image), training.seed());
    objective.require(built);
    for (String entry : export) {
      try {
        GraphName.find(entry).ifPresent(graph -> requireExportable(graph, built));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("export: '" + entry + "': " + e.getMessage(), e);
      }
    }
    return built;
  }

  private static void requireExportable(GraphName graph, Model model) {
    switch (graph.kind()) {
      case CARRY -> graph.variables().forEach(model::requireCarriable);
      case INFER -> {
        if (graph.takesImages()) {
          model.requireInfers();
        } else {
          graph.variables().forEach(model::requireInferableFrom);
        }
      }
      default -> {}
    }
  }

  private static Split first(Split split, Optional<Integer> images) {
    return images.map(split::first).orElse(split);
  }

  private static void atLeastOne(String key, Optional<Integer> value) {
    value
        .filter(v -> v < 1)
        .ifPresent(
            v -> {
              throw new IllegalArgumentException("'" + key + "' must be at least 1, not " + v);
            });
  }
}
