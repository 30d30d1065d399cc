package io.varve.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.model.plugin.Catalog;
import io.varve.model.weights.Weights;
import io.varve.networks.Mlp;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.schedules.Constant;
import io.varve.spi.Named;
import io.varve.spi.Network;
import io.varve.spi.Site;
import io.varve.training.Experiment;
import io.varve.training.Small;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What Keras' regularizers of kernels and biases leave out. */
final class PenaltyTest {
  /** A batch norm before a layer. */
  @Named("normed")
  record Normed() implements Network {
    @Override
    public Block build(Site site, List<Shape> inputs, List<Shape> outputs) {
      Shape out = new Shape(-1).addAll(outputs.get(0));
      return new SequentialBlock()
          .add(BatchNorm.builder().build())
          .add(Linear.builder().setUnits(outputs.get(0).size()).build())
          .addSingleton(x -> x.reshape(out));
    }
  }

  @Test
  void sparesLearnedConstantsAndBatchNorm() {
    Catalog catalog =
        Catalog.of(
            List.of(
                Graph.class,
                Bernoulli.class,
                Mlp.class,
                Mixture.class,
                Normal.class,
                Normed.class,
                Constant.class,
                io.varve.schedules.Linear.class));
    Experiment experiment =
        Experiment.of(
            Small.yaml(
                "model.nodes[0].p={type: mixture, components: 2}",
                "model.nodes[1].p.network=normed",
                "training.l2=1e-5"),
            catalog);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        Weights weights = Weights.initialize(experiment.build(new Shape(1, 8, 8)), manager)) {
      Set<String> penalised = Penalty.on(weights);
      Set<String> spared = new HashSet<>(weights.views(weights.flat()).keySet());
      spared.removeAll(penalised);
      assertThat(penalised)
          .hasSize(6) // two layers of q(z | x), one of p(x | z)
          .allMatch(name -> name.endsWith("weight") || name.endsWith("bias"));
      assertThat(spared)
          .anyMatch(name -> name.endsWith("gamma"))
          .anyMatch(name -> name.endsWith("beta"))
          .anyMatch(name -> name.startsWith("z.p"))
          .noneMatch(name -> name.endsWith("weight") || name.endsWith("bias"));
    }
  }
}
