package io.varve.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.training.engine.TorchScript;
import io.varve.training.optimizer.Optimizer.Adam;
import io.varve.training.optimizer.Optimizer.Adamax;
import io.varve.training.optimizer.Optimizer.Adamw;
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

  /** The verdict on a gradient: whether it is bad, and what clipping divides it by. */
  private static final String MEASURE =
      """
      norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g)))
      good = torch.lt(norm, skip)
      bad = torch.to(torch.logical_not(good), 6)
      scale = torch.clamp_min(torch.div(norm, clip), 1.)
      _1 = torch.copy_(verdict[0], torch.stack([bad, scale]))
      _2 = torch.add_(t[0], torch.rsub(bad, 1))
      _3 = torch.add_(tally[0], torch.stack([torch.where(good, norm, 0.), bad]))
      """;

  private static final String MOVE_PARAMETERS =
      """
      w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], \
      verdict: List[Tensor], rate: float, l2: float, chunk: int""";

  private static final String VERDICT =
      """
      bad = torch.select(verdict[0], 0, 0)
      scale = torch.select(verdict[0], 0, 1)
      """;

  private static final String ADAM =
      """
      torch._fused_adam_(w, g, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=%s, beta2=%s, \
      weight_decay=torch.mul(l2, 2.), eps=%s, amsgrad=False, maximize=False, grad_scale=%s, \
      found_inf=bad)
      """;

  private static final String ADAMW =
      """
      if torch.gt(l2, 0.):
        for i in range(torch.len(w)):
          _1 = torch.addcmul_(g[i], w[i], scale, value=torch.mul(l2, 2.))
      torch._fused_adamw_(w, g, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=%s, beta2=%s, \
      weight_decay=%s, eps=%s, amsgrad=False, maximize=False, grad_scale=%s, found_inf=bad)
      """;

  /** Chunk by chunk, so that an array comes from memory once; a bad gradient counts as zero. */
  private static final String ADAMAX =
      """
      kept = torch.rsub(bad, 1)
      factor = torch.where(torch.gt(kept, 0), torch.reciprocal(scale), 0.)
      forget1 = torch.rsub(torch.mul(kept, 1. - %1$s), 1)
      forget2 = torch.rsub(torch.mul(kept, 1. - %2$s), 1)
      correction = torch.clamp_min(torch.rsub(torch.pow(%1$s, t[0]), 1), 1.0e-12)
      move = torch.mul(torch.div(kept, correction), rate)
      for k in range(torch.len(w)):
        ws = torch.split(torch.view(w[k], [-1]), chunk)
        gs = torch.split(torch.reshape(g[k], [-1]), chunk)
        ms = torch.split(torch.view(m[k], [-1]), chunk)
        us = torch.split(torch.view(v[k], [-1]), chunk)
        for i in range(torch.len(ws)):
          d = torch.mul_(torch.nan_to_num_(gs[i], 0., 0., 0.), factor)
          if torch.gt(l2, 0.):
            _1 = torch.addcmul_(d, ws[i], kept, value=torch.mul(l2, 2.))
          _2 = torch.add_(torch.mul_(ms[i], forget1), d, alpha=1. - %1$s)
          _3 = torch.maximum(torch.mul_(us[i], forget2), torch.abs_(d), out=us[i])
          _4 = torch.div(ms[i], torch.add(us[i], %3$s, out=d), out=d)
          _5 = torch.sub_(ws[i], torch.mul_(d, move))
      """;

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
    this.measure =
        TorchScript.of(
            manager,
            "g: List[Tensor], t: List[Tensor], tally: List[Tensor], verdict: List[Tensor], clip: float, skip: float",
            MEASURE);
    String scale = training.clipNorm().isPresent() ? "scale" : "None";
    this.move =
        TorchScript.of(manager, MOVE_PARAMETERS, VERDICT + formula(training.optimizer(), scale));
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
      NDList none = new NDList();
      Group group =
          new Group(
              drawn ? l2 : 0, new ArrayList<>(), none, new NDList(), new NDList(), new NDList());
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

  private static String formula(Optimizer optimizer, String scale) {
    double beta1 = optimizer.beta1();
    double beta2 = optimizer.beta2();
    double epsilon = optimizer.epsilon();
    if (optimizer instanceof Adamw w) {
      return ADAMW.formatted(beta1, beta2, w.weightDecay(), epsilon, scale);
    }
    if (optimizer instanceof Adam) {
      return ADAM.formatted(beta1, beta2, epsilon, scale);
    }
    if (optimizer instanceof Adamax) {
      return ADAMAX.formatted(beta1, beta2, epsilon);
    }
    throw new IllegalStateException("no update is written for " + optimizer);
  }

  /** How many steps a moment may decay before it is looked at again. */
  private static int flushEvery(Optimizer optimizer) {
    double fastest = Math.min(optimizer.beta1(), optimizer.beta2());
    return fastest == 0 ? 1 : (int) Math.max(1, Math.log(ROOM) / Math.log(fastest));
  }

  /**
   * One update.
   *
   * @param gradients of the loss, one for each trained parameter, in order; their storage serves as
   *     scratch and is spoilt
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
