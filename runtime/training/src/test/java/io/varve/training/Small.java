package io.varve.training;

import ai.djl.Device;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.model.plugin.Catalog;
import io.varve.model.yaml.YamlText;
import io.varve.networks.Densenet;
import io.varve.networks.Mlp;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import io.varve.schedules.Linear;
import io.varve.training.evaluation.Scores;
import io.varve.training.loop.Listener;
import io.varve.training.loop.Trainer;
import io.varve.training.run.TrainedModel;
import io.varve.training.run.TrainingJob;
import java.nio.file.Path;
import java.util.List;

/** A model that trains in a blink, with whatever a resumed run could get wrong. */
public final class Small {
  static final Catalog CATALOG =
      Catalog.of(
          List.of(
              Graph.class,
              Bernoulli.class,
              DiscretizedLogistic.class,
              Densenet.class,
              Mlp.class,
              Mixture.class,
              Normal.class,
              StandardNormal.class,
              Constant.class,
              Linear.class));

  /** 96 images in batches of 16: six steps an epoch. */
  public static final String YAML =
      """
      name: small
      data: {type: strokes, count: 100, test-count: 33, size: 8, binarize: dynamic}
      model:
        type: graph
        nodes:
          - latent: z
            shape: [3]
            p: standard-normal
            q: {type: normal, given: [x], network: {type: mlp, hidden: [12], dropout: 0.2}}
          - observed: x
            p: {type: bernoulli, given: [z], network: {type: mlp, hidden: [12]}}
      objective: {beta: {type: linear, from: 0, to: 1, epochs: 2}}
      training: {epochs: 4, batch: 16, ema: 0.9, clip-norm: 5, log-every: 4, checkpoint-every: 5}
      """;

  /** Makes p(x | z) a network that starts from the first batch. */
  public static final String STARTS =
      "model.nodes[1].p.network={type: densenet, growth: 2, steps: 1, output-kernel: 1}";

  private Small() {}

  public static YamlText yaml(String... overrides) {
    YamlText yaml = YamlText.of("small.yaml", YAML);
    for (String override : overrides) {
      yaml.set(override);
    }
    return yaml;
  }

  public static Experiment experiment(String... overrides) {
    return Experiment.of(yaml(overrides), CATALOG);
  }

  public static TrainingJob job(String... overrides) {
    YamlText yaml = yaml(overrides);
    return TrainingJob.of(yaml, CATALOG, Device.cpu(), "varve train small.yaml");
  }

  /** Trains a new run to its end. */
  public static Scores train(Path folder, TrainingJob job) {
    return train(folder, job, Listener.SILENT);
  }

  public static Scores train(Path folder, TrainingJob job, Listener listener) {
    try (Trainer trainer = Trainer.start(job, folder, listener)) {
      return trainer.run().orElseThrow();
    }
  }

  /** Goes on with a run to its end. */
  public static Scores resume(Path folder, TrainingJob job) {
    try (Trainer trainer = Trainer.resume(job, folder, Listener.SILENT)) {
      return trainer.run().orElseThrow();
    }
  }

  public static TrainedModel load(Path folder) {
    return TrainedModel.load(
        folder,
        new TrainedModel.Options(CATALOG, java.util.Optional.empty(), Device.cpu(), line -> {}));
  }
}
