package io.varve.model;

import static io.varve.model.GaussianChain.regression;

import io.varve.model.GaussianChain.Regression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A posterior of factors q(ε_l | x, z_{l-1}) for a {@link GaussianChain}, its mean exact. */
final class Chained {
  /** Where a search for the best stops, far below what a bound can show. */
  private static final double FINEST = 1e-6;

  /** What z_{l-1} adds to the mean of ε_l, in units of its own distance from its mean. */
  private final double[] pull;

  /** Of ε_l given what its q reads. */
  private final double[] variances;

  private final double divergence;

  private Chained(double[] pull, double[] variances, double divergence) {
    this.pull = pull;
    this.variances = variances;
    this.divergence = divergence;
  }

  /** From the exact posterior, nats. */
  double divergence() {
    return divergence;
  }

  /**
   * The one nearest to the exact posterior.
   *
   * @param chained whether z_{l-1} is read at all
   */
  static Chained best(GaussianChain chain, boolean chained) {
    Chained best = of(chain, new double[chain.zs.size()]);
    for (double step = 1; chained && step > FINEST; step /= 2) {
      for (Chained next = better(chain, best, step); next != null; ) {
        best = next;
        next = better(chain, best, step);
      }
    }
    return best;
  }

  private static Chained better(GaussianChain chain, Chained than, double step) {
    for (int l = 1; l < than.pull.length; l++) {
      for (double change : new double[] {step, -step}) {
        double[] pull = than.pull.clone();
        pull[l] += change;
        Chained other = of(chain, pull);
        if (other.divergence < than.divergence) {
          return other;
        }
      }
    }
    return null;
  }

  /**
   * With the best variances: ε less its mean is M n of independent n, and KL is least at 1 / (Mᵀ Λ
   * M)_ll, for the posterior's precision Λ.
   */
  private static Chained of(GaussianChain chain, double[] pull) {
    int n = pull.length;
    double[][] m = new double[n][n];
    double[] z = new double[n];
    for (int l = 0; l < n; l++) {
      for (int k = 0; k <= l; k++) {
        m[l][k] = k == l ? 1 : pull[l] * z[k];
        z[k] = GaussianChain.PULL[l] * z[k] + GaussianChain.stretch(l) * m[l][k];
      }
    }
    double[][] precision = chain.posteriorPrecision();
    double[][] turned = Gauss.times(Gauss.transposed(m), Gauss.times(precision, m));
    double[] variances = new double[n];
    double divergence = -0.5 * Math.log(Gauss.determinant(precision));
    for (int l = 0; l < n; l++) {
      variances[l] = 1 / turned[l][l];
      divergence += 0.5 * Math.log(turned[l][l]);
    }
    return new Chained(pull, variances, divergence);
  }

  /** As what q's networks give of x, and of z_{l-1} where it is read. */
  List<Regression> posterior(GaussianChain chain, boolean chained) {
    List<Regression> q = new ArrayList<>();
    for (int l = 0; l < pull.length; l++) {
      Regression mean = regression(chain.epsilons.get(l), chain.xs);
      double[] slopes = mean.slopes;
      double intercept = mean.intercept;
      if (chained && l > 0) {
        Regression before = regression(chain.zs.get(l - 1), chain.xs);
        slopes = Arrays.copyOf(slopes, slopes.length + 1);
        for (int i = 0; i < slopes.length - 1; i++) {
          slopes[i] -= pull[l] * before.slopes[i];
        }
        slopes[slopes.length - 1] = pull[l];
        intercept -= pull[l] * before.intercept;
      }
      q.add(new Regression(slopes, intercept, variances[l]));
    }
    return q;
  }
}
