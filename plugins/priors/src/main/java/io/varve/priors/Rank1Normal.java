package io.varve.priors;

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
 * <p>Its parameters are loc, the encoded d and u, each of the event's shape. As learned constants
 * they start at zero, but u, whose gradient is zero there, at a length of about 0.1.
 */
@Extension
@Named("rank1-normal")
public record Rank1Normal() implements Prior, Likelihood {
  private static final double SMALL = 0.1;

  @Override
  public List<Parameters> parameters(Space event) {
    Gaussian.requireReal("rank1-normal", event);
    Parameters zeros = new Parameters(event.shape(), Initializer.ZEROS);
    float each = (float) (SMALL / Math.sqrt((double) event.shape().size()));
    return List.of(zeros, zeros, new Parameters(event.shape(), new NormalInitializer(each)));
  }

  @Override
  public Distribution of(Pass pass, Space event, NDList parameters) {
    Gaussian.requireReal("rank1-normal", event);
    Shape rows = new Shape(-1, event.shape().size());
    NDArray loc = parameters.get(0).reshape(rows);
    NDArray d = softplusElu(parameters.get(1)).reshape(rows);
    NDArray u = parameters.get(2).reshape(rows);
    return new Rank1Gaussian(pass, event.shape(), loc, Rank1Scale.of(d, u));
  }
}
