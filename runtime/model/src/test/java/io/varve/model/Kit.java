package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.varve.bijectors.Inverse;
import io.varve.bijectors.Rank1Affine;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.networks.Mlp;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import io.varve.schedules.Linear;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Space;
import io.varve.transforms.Greyscale;
import io.varve.transforms.Quantize;
import java.util.ArrayList;
import java.util.List;

/** What the tests of this module share: a catalog of the bundled plug-ins, and models of YAML. */
final class Kit {
  private static final List<Class<? extends Component>> BUNDLED =
      List.of(
          Normal.class,
          StandardNormal.class,
          Mixture.class,
          Bernoulli.class,
          DiscretizedLogistic.class,
          Mlp.class,
          Constant.class,
          Linear.class,
          Quantize.class,
          Greyscale.class,
          Graph.class,
          Rank1Affine.class,
          Inverse.class);

  private Kit() {}

  @SafeVarargs
  static Binder binder(Class<? extends Component>... more) {
    List<Class<? extends Component>> types = new ArrayList<>(BUNDLED);
    types.addAll(List.of(more));
    return new Binder(Catalog.of(types));
  }

  /** A model of the nodes of a graph. */
  @SafeVarargs
  static Model model(Space x, String nodes, Class<? extends Component>... more) {
    String yaml = "{type: graph, nodes: [" + nodes + "]}";
    return Model.of(binder(more).bind("test", yaml, Hierarchy.class), x, 1);
  }

  /** Sets the trained parameters whose names end so to these values, in any order of names. */
  static void set(Weights weights, String ending, double... values) {
    List<NDArray> found = new ArrayList<>();
    weights
        .views(weights.flat())
        .forEach(
            (name, view) -> {
              if (name.endsWith(ending)) {
                found.add(view);
              }
            });
    if (found.size() != 1) {
      throw new IllegalStateException(ending + " names " + found.size() + " of " + weights.names());
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    NDArray view = found.get(0);
    NDManager manager = view.getManager();
    // assigning through the view checks that it shares the vector's storage
    view.subi(view.duplicate()).addi(manager.create(floats, view.getShape()));
  }

  /** A run for evaluation, with the engine's noise. */
  static Run run(NDManager manager, Weights weights, long batch) {
    ParameterStore store = weights.store(manager, weights.flat());
    return new Run(manager, store, false, new EngineNoise(manager, batch));
  }

  static NDArray rows(NDManager manager, double[][] rows) {
    NDArray array = manager.create(new Shape(rows.length, rows[0].length));
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    array.set(flat);
    return array;
  }
}
