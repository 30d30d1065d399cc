package io.varve.app.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.app.option.GlobalOptions;
import io.varve.app.option.ModelOptions;
import io.varve.app.option.Output;
import io.varve.app.option.Workspace;
import io.varve.model.Model;
import io.varve.model.weights.Weights;
import io.varve.model.yaml.YamlText;
import io.varve.spi.Factor;
import io.varve.spi.Node;
import io.varve.spi.Space;
import io.varve.training.Experiment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows the nodes that a model file's hierarchy expands to. */
@Command(
    name = "expand",
    mixinStandardHelpOptions = true,
    description = "Shows the nodes of a model file with their shapes and parameter counts.")
public final class ExpandCommand implements Callable<Integer> {
  @ParentCommand private GlobalOptions global;
  @Mixin private ModelOptions options;
  @Mixin private Output output;

  @Parameters(paramLabel = "MODEL.yaml", description = "The model file.")
  private Path file;

  @Option(
      names = "--shape",
      split = ",",
      paramLabel = "C,H,W",
      description = "The shape of the images; the data set is then not needed.")
  private long[] shape;

  @Override
  public Integer call() {
    try (Workspace workspace = Workspace.open(global);
        NDManager manager = NDManager.newBaseManager()) {
      YamlText yaml = options.read(file);
      Experiment experiment = Experiment.of(yaml, workspace.catalog());
      Model model = experiment.build(image(experiment));
      Map<String, Object> results = new LinkedHashMap<>();
      for (Node node : model.nodes()) {
        results.put(node.name(), describe(node, model.spaces().get(node.name())));
      }
      try (Weights weights = Weights.initialize(model, manager)) {
        results.put("parameters", weights.count());
        results.put("parameters_by_part", byPart(weights));
      }
      output.results(results);
      return 0;
    }
  }

  private Shape image(Experiment experiment) {
    if (shape != null) {
      return new Shape(shape);
    }
    int[] image = experiment.data().source().open().train().shape();
    return new Shape(image[0], image[1], image[2]);
  }

  private static String describe(Node node, Space space) {
    if (node instanceof Node.Latent z) {
      return "latent " + z.shape() + "  p: " + factor(z.p()) + "  q: " + factor(z.q()) + shared(z);
    }
    if (node instanceof Node.Derived y) {
      return "derived "
          + space.shape()
          + " of "
          + y.of()
          + " by "
          + y.by()
          + "  p: "
          + factor(y.p());
    }
    if (node instanceof Node.Observed x) {
      return "observed " + space.shape() + ", " + levels(space) + "  p: " + factor(x.p());
    }
    Node.Feature feature = (Node.Feature) node;
    return "feature " + feature.shape() + " given " + feature.given() + "  " + feature.network();
  }

  private static String levels(Space space) {
    return space.levels() == 0 ? "real" : space.levels() + " levels";
  }

  private static String shared(Node.Latent z) {
    return z.shared().isEmpty() ? "" : "  shared: " + z.shared().size() + " bijectors";
  }

  private static String factor(Factor factor) {
    String given = factor.given().isEmpty() ? "" : " given " + factor.given();
    String flow = factor.flow().isEmpty() ? "" : " + " + factor.flow().size() + " bijectors";
    return factor.family() + given + factor.network().map(n -> " " + n).orElse("") + flow;
  }

  /** The number of parameters by node and side: {@code z.q 1,234}. */
  private static Map<String, Long> byPart(Weights weights) {
    Map<String, Long> counts = new LinkedHashMap<>();
    weights
        .views(weights.flat())
        .forEach(
            (name, view) -> {
              String[] words = name.split("\\.", 3);
              counts.merge(words[0] + "." + words[1], view.size(), Long::sum);
            });
    return counts;
  }
}
