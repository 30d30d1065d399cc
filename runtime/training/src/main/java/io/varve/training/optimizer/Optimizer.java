package io.varve.training.optimizer;

import io.varve.spi.Default;
import io.varve.spi.Named;

/** How a gradient moves the weights; each keeps two moments per weight. */
public sealed interface Optimizer {
  /** How slowly the mean of the gradients forgets, in [0, 1). */
  double beta1();

  /** How slowly their size forgets, in [0, 1). */
  double beta2();

  /** Added to the size before dividing by it. */
  double epsilon();

  /** Adam (Kingma and Ba, 2015, algorithm 1): w -= rate * m̂ / (√v̂ + epsilon). */
  @Named("adam")
  record Adam(
      @Default("0.9") double beta1, @Default("0.999") double beta2, @Default("1e-8") double epsilon)
      implements Optimizer {
    /** Checks the keys. */
    public Adam {
      check(beta1, beta2, epsilon);
    }
  }

  /**
   * AdaMax (Kingma and Ba, 2015, algorithm 2): w -= rate * m̂ / (u + epsilon), u the decaying
   * maximum of the gradient's size.
   */
  @Named("adamax")
  record Adamax(
      @Default("0.9") double beta1, @Default("0.999") double beta2, @Default("1e-8") double epsilon)
      implements Optimizer {
    /** Checks the keys. */
    public Adamax {
      check(beta1, beta2, epsilon);
    }
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), which also does w -= rate *
   * weight-decay * w.
   */
  @Named("adamw")
  record Adamw(
      @Default("0.9") double beta1,
      @Default("0.999") double beta2,
      @Default("1e-8") double epsilon,
      @Default("0.01") double weightDecay)
      implements Optimizer {
    /** Checks the keys. */
    public Adamw {
      check(beta1, beta2, epsilon);
      if (!(weightDecay >= 0)) {
        throw new IllegalArgumentException("'weight-decay' must be at least 0, not " + weightDecay);
      }
    }
  }

  private static void check(double beta1, double beta2, double epsilon) {
    if (!(beta1 >= 0 && beta1 < 1)) {
      throw new IllegalArgumentException("'beta1' must lie in [0, 1), not " + beta1);
    }
    if (!(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("'beta2' must lie in [0, 1), not " + beta2);
    }
    if (!(epsilon > 0)) {
      throw new IllegalArgumentException("'epsilon' must be above 0, not " + epsilon);
    }
  }
}
