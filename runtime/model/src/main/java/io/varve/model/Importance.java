package io.varve.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import io.varve.spi.Ops;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Sums importance weights draw by draw, so that memory does not grow with their number. */
final class Importance {
  private Importance() {}

  static NDArray bound(Model model, int samples, Function<Integer, Run> draws, NDArray x) {
    if (samples < 1) {
      throw new IllegalArgumentException("importance samples: must be at least 1, not " + samples);
    }
    Map<String, NDList> memo = new HashMap<>();
    NDArray sum = model.logWeight(draws.apply(0), x, memo);
    for (int k = 1; k < samples; k++) {
      NDArray next;
      try (NDScope draw = new NDScope()) {
        draw.suppressNotUsedWarning();
        NDArray weight = model.logWeight(draws.apply(k), x, memo);
        next = Ops.logSumExp(NDArrays.stack(new NDList(sum, weight)), 0);
        NDScope.unregister(next);
      }
      NDScope.register(next); // with the caller's scope, if there is one
      sum.close();
      sum = next;
    }
    return sum.sub(Ops.constant(sum, Math.log(samples)));
  }
}
