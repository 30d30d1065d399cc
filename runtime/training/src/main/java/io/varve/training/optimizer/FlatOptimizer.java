package io.varve.training.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.varve.model.weights.Weights;
import io.varve.training.engine.TorchScript;
import io.varve.training.optimizer.Optimizer.Adam;
import io.varve.training.optimizer.Optimizer.Adamax;
import io.varve.training.optimizer.Optimizer.Adamw;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Moves the flat vector of weights along a gradient: penalty, norm, clipping, the refusal of
 * gradients that are too large or not finite, the optimiser and the running average, all on the
 * device and without telling the host.
 */
public final class FlatOptimizer implements AutoCloseable {
  /** Moments smaller than this are as good as zero: next to any epsilon they vanish. */
  private static final double NEGLIGIBLE = 1e-30;

  /** How far a moment at {@link #NEGLIGIBLE} may decay and still be a normal number (1.2e-38). */
  private static final double ROOM = 1e-7;

  /** Numbers whose four arrays fit the second-level caches of two cores. */
  private static final long CHUNK = 1 << 18;

  private static final String PARAMETERS =
      """
      w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], \
      tally: List[Tensor], penalised: List[Tensor], rate: float, clip: float, skip: float, chunk: int""";

  private static final String ADAM =
      """
      torch._fused_%s_(w, g, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=%s, beta2=%s, \
      weight_decay=%s, eps=%s, amsgrad=False, maximize=False, grad_scale=%s, found_inf=bad)
      """;

  /** Chunk by chunk, so that an array comes from memory once; a bad gradient counts as zero. */
  private static final String ADAMAX =
      """
      factor = torch.where(good, torch.reciprocal(scale), 0.)
      kept = torch.rsub(bad, 1)
      forget1 = torch.rsub(torch.mul(kept, 1. - %1$s), 1)
      forget2 = torch.rsub(torch.mul(kept, 1. - %2$s), 1)
      correction = torch.clamp_min(torch.rsub(torch.pow(%1$s, t[0]), 1), 1.0e-12)
      move = torch.mul(torch.div(kept, correction), rate)
      ws = torch.split(w[0], chunk)
      gs = torch.split(g[0], chunk)
      ms = torch.split(m[0], chunk)
      us = torch.split(v[0], chunk)
      for i in range(torch.len(ws)):
        d = gs[i]
        _1 = torch.mul_(torch.nan_to_num_(d, 0., 0., 0.), factor)
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
  private final NDArray penalised;
  private final Optional<NDArray> average;
  private final double decay;
  private final double clip;
  private final double skip;
  private final long chunk;
  private final int flushEvery;
  private final TorchScript move;
  private final TorchScript flush;
  private final TorchScript follow;

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
    this.penalised =
        training.l2() > 0 ? Penalty.mask(manager, weights) : manager.zeros(new Shape());
    this.average = training.ema().map(d -> kept(this.weights.duplicate()));
    this.decay = training.ema().orElse(0.0);
    this.clip = training.clipNorm().orElse(Double.POSITIVE_INFINITY);
    this.skip = training.skipNorm().orElse(Double.POSITIVE_INFINITY);
    this.chunk = manager.getDevice().isGpu() ? Math.max(1, weights.count()) : CHUNK;
    this.flushEvery = flushEvery(optimizer);
    this.move = TorchScript.of(manager, PARAMETERS, body(training));
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

  private static String body(Training training) {
    boolean clips = training.clipNorm().isPresent();
    StringBuilder body = new StringBuilder();
    if (training.l2() > 0) {
      body.append(
          "_p = torch.addcmul_(g[0], w[0], penalised[0], value=" + 2 * training.l2() + ")\n");
    }
    body.append(
        """
        norm = torch.linalg_vector_norm(g[0])
        good = torch.lt(norm, skip)
        bad = torch.to(torch.logical_not(good), 6)
        scale = torch.clamp_min(torch.div(norm, clip), 1.)
        _t = torch.add_(t[0], torch.rsub(bad, 1))
        _s = torch.add_(tally[0], torch.stack([torch.where(good, norm, 0.), bad]))
        """);
    return body.append(formula(training.optimizer(), clips ? "scale" : "None")).toString();
  }

  private static String formula(Optimizer optimizer, String scale) {
    double beta1 = optimizer.beta1();
    double beta2 = optimizer.beta2();
    double epsilon = optimizer.epsilon();
    if (optimizer instanceof Adamw w) {
      return ADAM.formatted("adamw", beta1, beta2, w.weightDecay(), epsilon, scale);
    }
    if (optimizer instanceof Adam) {
      return ADAM.formatted("adam", beta1, beta2, 0.0, epsilon, scale);
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
   * @param gradient of the loss, [parameters]; its storage serves as scratch and is spoilt
   * @param tally [2]: the gradient's norm is added to the first unless the update is skipped, 1 to
   *     the second if it is
   * @param step updates tried before this one
   */
  public void apply(NDArray gradient, NDArray tally, double rate, long step) {
    move.run(weights, gradient, first, second, applied, tally, penalised, rate, clip, skip, chunk);
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
    move.close();
    flush.close();
    follow.close();
    manager.close();
  }
}
