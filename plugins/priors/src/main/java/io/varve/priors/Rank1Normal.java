package io.varve.priors;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.softplusElu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import io.varve.spi.Distribution;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import org.pf4j.Extension;

/**
 * Gaussians x = loc + (diag(d) + u uᵀ) ε with d = softplus(elu(·)) &gt; 0 and ε ~ N(0, I), over a
 * latent or over real-valued data: the base distribution of Apostolopoulou et al. (2021), Table 9.
 * The matrix is the scale, so that the covariance is its square. Draws and densities take O(D).
 *
 * <p>Its parameters are loc, the encoded d and u times the fourth root of D, each of the event's
 * shape. The root is there because u uᵀ ε adds numbers of the size u_i |u| to the values: with it,
 * parameters of order one, which is what a network starts with, add values of order one whatever D
 * is. As learned constants all start at zero, but u, whose gradient is zero there, at 0.1.
 */
@Extension
@Named("rank1-normal")
public record Rank1Normal() implements Prior, Likelihood {
  private static final float SMALL = 0.1f;

  @Override
  public List<Parameters> parameters(Space event) {
    Gaussian.requireReal("rank1-normal", event);
    Parameters zeros = new Parameters(event.shape(), Initializer.ZEROS);
    return List.of(zeros, zeros, new Parameters(event.shape(), new NormalInitializer(SMALL)));
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Gaussian.requireReal("rank1-normal", event);
    long size = event.shape().size();
    Shape rows = new Shape(-1, size);
    NDArray loc = parameters.get(0).reshape(rows);
    NDArray d = softplusElu(parameters.get(1)).reshape(rows);
    NDArray u = parameters.get(2).reshape(rows);
    u = u.div(constant(u, Math.pow((double) size, 0.25)));
    return new Rank1Gaussian(pass, event.shape(), loc, Rank1Scale.of(d, u));
  }
}
