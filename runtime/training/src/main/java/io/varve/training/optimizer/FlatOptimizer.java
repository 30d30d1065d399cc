package io.varve.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.training.engine.TorchScript;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Moves the weights along their gradients: norm, clipping, the refusal of gradients that are too
 * large or not finite, the L2 penalty, the optimiser and the running average, all on the device and
 * without telling the host.
 *
 * <p>Gradients come parameter by parameter, as they are left behind by the backward pass; the
 * moments are flat vectors like the weights. The norm is that of the loss alone: the penalty joins
 * after clipping, as in PyTorch.
 */
public final class FlatOptimizer implements AutoCloseable {
  /** Moments smaller than this are as good as zero: next to any epsilon they vanish. */
  private static final double NEGLIGIBLE = 1e-30;

  /** How far a moment at {@link #NEGLIGIBLE} may decay and still be a normal number (1.2e-38). */
  private static final double ROOM = 1e-7;

  /** Numbers whose four arrays fit the second-level caches of two cores. */
  private static final long CHUNK = 1 << 18;

  private final NDManager manager;
  private final NDArray weights;
  private final NDArray first;
  private final NDArray second;
  private final NDArray applied;
  private final NDArray verdict;
  private final List<Group> groups;
  private final Optional<NDArray> average;
  private final double decay;
  private final double clip;
  private final double skip;
  private final long chunk;
  private final int flushEvery;
  private final TorchScript measure;
  private final TorchScript move;
  private final TorchScript flush;
  private final TorchScript follow;

  /**
   * Parameters with the same penalty: lambda, their places in the order, and views of all state.
   */
  private record Group(
      double l2, List<Integer> places, NDList weights, NDList first, NDList second, NDList steps) {
    Group(double l2) {
      this(l2, new ArrayList<>(), new NDList(), new NDList(), new NDList(), new NDList());
    }

    NDList of(NDList all) {
      return places.stream().map(all::get).collect(Collectors.toCollection(NDList::new));
    }
  }

  /**
   * Fresh moments of zero, and the average at the weights.
   *
   * @param parent the parent of the manager that owns the state
   */
  public FlatOptimizer(NDManager parent, Weights weights, Training training) {
    this.manager = parent.newSubManager();
    this.weights = weights.flat();
    Optimizer optimizer = training.optimizer();
    Shape shape = this.weights.getShape();
    this.first = manager.zeros(shape);
    this.second = manager.zeros(shape);
    this.applied = manager.zeros(new Shape(1));
    this.verdict = manager.zeros(new Shape(2));
    this.groups = groups(weights, training.l2());
    this.average = training.ema().map(d -> kept(this.weights.duplicate()));
    this.decay = training.ema().orElse(0.0);
    this.clip = training.clipNorm().orElse(Double.POSITIVE_INFINITY);
    this.skip = training.skipNorm().orElse(Double.POSITIVE_INFINITY);
    this.chunk = manager.getDevice().isGpu() ? Math.max(1, weights.count()) : CHUNK;
    this.flushEvery = flushEvery(optimizer);
    this.measure = TorchScript.of(manager, UpdateScripts.MEASURE_PARAMETERS, UpdateScripts.MEASURE);
    boolean clips = training.clipNorm().isPresent();
    this.move =
        TorchScript.of(
            manager, UpdateScripts.MOVE_PARAMETERS, UpdateScripts.move(optimizer, clips));
    this.flush =
        TorchScript.of(
            manager,
            "m: List[Tensor], v: List[Tensor]",
            String.format(
                Locale.ROOT,
                """
                _1 = torch.hardshrink(m[0], %1$s, out=m[0])
                _2 = torch.threshold_(v[0], %1$s, 0)
                """,
                NEGLIGIBLE));
    this.follow =
        TorchScript.of(
            manager,
            "a: List[Tensor], w: List[Tensor], weight: float",
            "_1 = torch.lerp_(a[0], w[0], weight)");
  }

  private NDArray kept(NDArray array) {
    array.attach(manager);
    return array;
  }

  /** The penalised parameters and the others, without groups of none. */
  private List<Group> groups(Weights weights, double l2) {
    Set<String> penalised = l2 > 0 ? Penalty.on(weights) : Set.of();
    List<String> names = List.copyOf(weights.views(this.weights).keySet());
    NDList values = views(weights, this.weights);
    NDList means = views(weights, first);
    NDList sizes = views(weights, second);
    List<Group> groups = new ArrayList<>();
    for (boolean drawn : new boolean[] {true, false}) {
      Group group = new Group(drawn ? l2 : 0);
      for (int i = 0; i < names.size(); i++) {
        if (penalised.contains(names.get(i)) == drawn) {
          group.places.add(i);
          group.weights.add(values.get(i));
          group.first.add(means.get(i));
          group.second.add(sizes.get(i));
          group.steps.add(applied);
        }
      }
      if (!group.places.isEmpty()) {
        groups.add(group);
      }
    }
    return groups;
  }

  private NDList views(Weights weights, NDArray vector) {
    NDList views = new NDList();
    weights.views(vector).values().forEach(view -> views.add(kept(view)));
    return views;
  }

  /** How many steps a moment may decay before it is looked at again. */
  private static int flushEvery(Optimizer optimizer) {
    double fastest = Math.min(optimizer.beta1(), optimizer.beta2());
    return fastest == 0 ? 1 : (int) Math.max(1, Math.log(ROOM) / Math.log(fastest));
  }

  /**
   * One update.
   *
   * @param gradients of the loss, one for each trained parameter, in order
   * @param tally [2]: the gradient's norm is added to the first unless the update is skipped, 1 to
   *     the second if it is
   * @param step updates tried before this one
   */
  public void apply(NDList gradients, NDArray tally, double rate, long step) {
    measure.run(gradients, applied, tally, verdict, clip, skip);
    for (Group group : groups) {
      move.run(
          group.weights,
          group.of(gradients),
          group.first,
          group.second,
          group.steps,
          verdict,
          rate,
          group.l2,
          chunk);
    }
    if ((step + 1) % flushEvery == 0) {
      // Denormal numbers are a hundred times slower; a weight without gradient decays into them.
      flush.run(first, second);
    }
    average.ifPresent(a -> follow.run(a, weights, averagingWeight(step)));
  }

  /** Takes the weights as they are for those before the first update. */
  public void begin() {
    average.ifPresent(a -> follow.run(a, weights, 1.0));
  }

  /** How much of the newest weights the average takes: most at first, 1 - decay in the long run. */
  private double averagingWeight(long step) {
    return Math.max(1 - decay, 9.0 / (10 + step));
  }

  /** The running average of the weights, where one is kept. */
  public Optional<NDArray> average() {
    return average;
  }

  /** What a checkpoint keeps besides the weights and their average, by name. */
  public Map<String, NDArray> state() {
    Map<String, NDArray> state = new LinkedHashMap<>();
    state.put("first", first);
    state.put("second", second);
    state.put("applied", applied);
    return state;
  }

  @Override
  public void close() {
    measure.close();
    move.close();
    flush.close();
    follow.close();
    manager.close();
  }
}
