package io.varve.training.optimizer;

import io.varve.training.optimizer.Optimizer.Adam;
import io.varve.training.optimizer.Optimizer.Adamax;
import io.varve.training.optimizer.Optimizer.Adamw;

/** What a {@link FlatOptimizer} does to lists of arrays, as TorchScript. */
final class UpdateScripts {
  /** Gradients, updates applied, what is told of steps, the verdict, and the bounds of the norm. */
  static final String MEASURE_PARAMETERS =
      "g: List[Tensor], t: List[Tensor], tally: List[Tensor], verdict: List[Tensor], clip: float, skip: float";

  /** The verdict on a gradient: whether it is bad, and what clipping divides it by. */
  static final String MEASURE =
      """
      norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g)))
      good = torch.lt(norm, skip)
      bad = torch.to(torch.logical_not(good), 6)
      scale = torch.clamp_min(torch.div(norm, clip), 1.)
      _1 = torch.copy_(verdict[0], torch.stack([bad, scale]))
      _2 = torch.add_(t[0], torch.rsub(bad, 1))
      _3 = torch.add_(tally[0], torch.stack([torch.where(good, norm, 0.), bad]))
      """;

  static final String MOVE_PARAMETERS =
      """
      w: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], \
      verdict: List[Tensor], rate: float, l2: float, chunk: int""";

  /** Gradients are never written to: those of two parameters may share their memory. */
  private static final String VERDICT =
      """
      bad = torch.select(verdict[0], 0, 0)
      scale = torch.select(verdict[0], 0, 1)
      """;

  private static final String CLIP = "c = torch._foreach_div(g, scale)\n";
  private static final String NO_CLIP = "c = g\n";

  private static final String ADAM =
      """
      torch._fused_adam_(w, c, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=%s, beta2=%s, \
      weight_decay=torch.mul(l2, 2.), eps=%s, amsgrad=False, maximize=False, grad_scale=None, \
      found_inf=bad)
      """;

  private static final String ADAMW =
      """
      if torch.gt(l2, 0.):
        d = torch._foreach_add(c, w, alpha=torch.mul(l2, 2.))
      else:
        d = c
      torch._fused_adamw_(w, d, m, v, annotate(List[Tensor], []), t, lr=rate, beta1=%s, beta2=%s, \
      weight_decay=%s, eps=%s, amsgrad=False, maximize=False, grad_scale=None, found_inf=bad)
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
          d = torch.mul_(torch.nan_to_num(gs[i], 0., 0., 0.), factor)
          if torch.gt(l2, 0.):
            _1 = torch.addcmul_(d, ws[i], kept, value=torch.mul(l2, 2.))
          _2 = torch.add_(torch.mul_(ms[i], forget1), d, alpha=1. - %1$s)
          _3 = torch.maximum(torch.mul_(us[i], forget2), torch.abs_(d), out=us[i])
          _4 = torch.div(ms[i], torch.add(us[i], %3$s, out=d), out=d)
          _5 = torch.sub_(ws[i], torch.mul_(d, move))
      """;

  private UpdateScripts() {}

  /** Moves the weights of one group; the verdict is that of {@link #MEASURE}. */
  static String move(Optimizer optimizer, boolean clips) {
    boolean dividesItself = optimizer instanceof Adamax;
    return VERDICT + (clips && !dividesItself ? CLIP : NO_CLIP) + formula(optimizer);
  }

  private static String formula(Optimizer optimizer) {
    double beta1 = optimizer.beta1();
    double beta2 = optimizer.beta2();
    double epsilon = optimizer.epsilon();
    if (optimizer instanceof Adamw w) {
      return ADAMW.formatted(beta1, beta2, w.weightDecay(), epsilon);
    }
    if (optimizer instanceof Adam) {
      return ADAM.formatted(beta1, beta2, epsilon);
    }
    if (optimizer instanceof Adamax) {
      return ADAMAX.formatted(beta1, beta2, epsilon);
    }
    throw new IllegalStateException("no update is written for " + optimizer);
  }
}
