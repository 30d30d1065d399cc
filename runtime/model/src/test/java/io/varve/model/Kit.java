package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.varve.bijectors.Inverse;
import io.varve.bijectors.Rank1Affine;
import io.varve.hierarchies.Graph;
import io.varve.likelihoods.Bernoulli;
import io.varve.likelihoods.DiscretizedLogistic;
import io.varve.model.binder.Binder;
import io.varve.model.plugin.Catalog;
import io.varve.model.weights.Weights;
import io.varve.networks.Mlp;
import io.varve.priors.Mixture;
import io.varve.priors.Normal;
import io.varve.priors.StandardNormal;
import io.varve.schedules.Constant;
import io.varve.schedules.Linear;
import io.varve.spi.Component;
import io.varve.spi.Hierarchy;
import io.varve.spi.Named;
import io.varve.spi.Node;
import io.varve.spi.Space;
import io.varve.transforms.Greyscale;
import io.varve.transforms.Quantize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;

/** What the tests of this module share: a catalog of the bundled plug-ins, and models of YAML. */
public final class Kit {
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

  public static Binder binder() {
    return new Binder(Catalog.of(BUNDLED));
  }

  /** Nodes as they are, so that what a model refuses is refused by the model. */
  @Named("nodes")
  record Nodes(List<Node> nodes) implements Hierarchy {
    @Override
    public List<Node> nodes(Space x) {
      return nodes;
    }
  }

  /** A model of these nodes, which are items of a YAML list. */
  public static Model model(Space x, String nodes) {
    return model(x, nodes, List.of());
  }

  /** A model of these nodes, with components of a test's own beside the bundled ones. */
  public static Model model(
      Space x, String nodes, List<? extends Class<? extends Component>> more) {
    List<Class<? extends Component>> types = new ArrayList<>(BUNDLED);
    types.addAll(more);
    Binder binder = new Binder(Catalog.of(types));
    return Model.of(binder.bind("test", "nodes:\n" + nodes, Nodes.class), x, 1);
  }

  /** Noise that depends on the stream's name alone, on the seed and the shape; it counts draws. */
  public static final class NamedNoise implements NoiseSource {
    private final NDManager manager;
    private final long batch;
    private final long seed;
    private final Map<String, Integer> asked = new TreeMap<>();

    public NamedNoise(NDManager manager, long batch, long seed) {
      this.manager = manager;
      this.batch = batch;
      this.seed = seed;
    }

    Map<String, Integer> asked() {
      return asked;
    }

    @Override
    public NDArray normal(String stream, Shape event) {
      Random random = random(stream);
      return array(event, random::nextGaussian);
    }

    @Override
    public NDArray uniform(String stream, Shape event) {
      Random random = random(stream);
      return array(event, () -> (random.nextInt(1 << 20) + 0.5) / (1 << 20));
    }

    private Random random(String stream) {
      asked.merge(stream, 1, Integer::sum);
      return new Random(seed * 31 + stream.hashCode());
    }

    private NDArray array(Shape event, DoubleSupplier next) {
      Shape shape = new Shape(batch).addAll(event);
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) next.getAsDouble();
      }
      return manager.create(values, shape);
    }
  }

  /** Sets a trained parameter; assigning through a view checks that it shares the storage. */
  static void set(Weights weights, String name, double... values) {
    NDArray view = weights.views(weights.flat()).get(name);
    if (view == null) {
      throw new IllegalStateException(name + " is not among " + weights.names().values());
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    view.set(new NDIndex("..."), view.getManager().create(floats, view.getShape()));
  }

  /** A run for evaluation, with the engine's noise. */
  public static Run run(NDManager manager, Weights weights, long batch) {
    return run(manager, weights, new EngineNoise(manager, batch));
  }

  /** A run for evaluation, with this noise. */
  public static Run run(NDManager manager, Weights weights, NoiseSource noise) {
    return new Run(manager, weights.store(manager, weights.flat()), false, noise);
  }

  /** The mean of [B] values. */
  public static double mean(NDArray values) {
    return Arrays.stream(doubles(values)).average().orElseThrow();
  }

  /** The standard error of the mean of [B] values. */
  static double standardError(NDArray values) {
    double mean = mean(values);
    double square = Arrays.stream(doubles(values)).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(square) / values.size();
  }

  static double[] doubles(NDArray array) {
    float[] floats = array.toFloatArray();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  /** The same row so many times, [times, row]. */
  static NDArray repeat(NDManager manager, long times, double... row) {
    float[] floats = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      floats[i] = (float) row[i];
    }
    return manager.create(floats).broadcast(new Shape(times, row.length));
  }
}
