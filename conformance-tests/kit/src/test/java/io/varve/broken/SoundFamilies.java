package io.varve.broken;

import static io.varve.spi.Ops.constant;
import static io.varve.spi.Ops.sumEvent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import io.varve.spi.Likelihood;
import io.varve.spi.Named;
import io.varve.spi.Parameters;
import io.varve.spi.Pass;
import io.varve.spi.Prior;
import io.varve.spi.Space;
import java.util.List;
import java.util.Optional;
import org.pf4j.Extension;

/** Unusual families without a mistake, which the kit must let pass. */
public final class SoundFamilies {
  private SoundFamilies() {}

  /** Tails so heavy that there is no mean. */
  @Named("cauchy")
  @Extension
  public record Cauchy() implements Prior {
    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray u = pass.noise().uniform(space.shape());
          NDArray angle = u.sub(constant(u, 0.5)).mul(constant(u, Math.PI));
          NDArray value = angle.tan().mul(deviation()).add(loc);
          return new Draw(value, logProb(value));
        }

        @Override
        public NDArray logProb(NDArray value) {
          NDArray epsilon = value.sub(loc).div(deviation());
          NDArray tails = epsilon.square().add(constant(epsilon, 1)).log();
          NDArray terms = tails.add(logDeviation).add(constant(epsilon, Math.log(Math.PI)));
          return sumEvent(terms).neg();
        }

        @Override
        public Optional<NDArray> kl(Distribution other) {
          return Optional.empty();
        }
      };
    }
  }

  /** Each number leans on the one before: a narrow ridge in every plane. */
  @Named("coupled-normal")
  @Extension
  public record CoupledNormal() implements Prior {
    private static final double COUPLING = 3;

    @Override
    public List<Parameters> parameters(Space event) {
      return Gaussian.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Gaussian(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray epsilon = pass.noise().normal(space.shape());
          // the second half of an event adds thrice the first
          NDArray value = leaned(epsilon, COUPLING).mul(deviation()).add(loc);
          return new Draw(value, logProb(value));
        }

        private NDArray leaned(NDArray x, double by) {
          NDArray flat = x.reshape(-1, space.shape().size());
          long half = space.shape().size() / 2;
          NDArray first = flat.get(new NDIndex(":, :{}", half));
          NDArray rest = flat.get(new NDIndex(":, {}:", half));
          NDArray start = flat.get(new NDIndex(":, {}:", space.shape().size() - half));
          NDArray odd = flat.get(new NDIndex(":, {}:{}", half, space.shape().size() - half));
          NDArray moved = start.add(first.mul(constant(x, by)));
          NDArray all = first.concat(odd, 1).concat(moved, 1);
          return rest.isEmpty() ? x : all.reshape(new Shape(-1).addAll(space.shape()));
        }

        @Override
        public NDArray logProb(NDArray value) {
          NDArray epsilon = leaned(value.sub(loc).div(deviation()), -COUPLING);
          return logDensity(epsilon, logDeviation);
        }

        @Override
        public Optional<NDArray> kl(Distribution other) {
          return Optional.empty();
        }
      };
    }
  }

  /** A likelihood in which all but the first number depend on the first. */
  @Named("leaning-categorical")
  @Extension
  public record LeaningCategorical() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters) {
        @Override
        public Draw draw() {
          NDArray u = pass.noise().uniform(space.shape());
          NDArray first = level(u);
          NDArray own = logits;
          logits = given(first);
          NDArray value = level(u);
          logits = own;
          return new Draw(value, logProb(value));
        }

        @Override
        NDArray logMass(NDArray value) {
          NDArray own = logits;
          logits = given(value);
          NDArray mass = super.logMass(value);
          logits = own;
          return mass;
        }

        /** The first number's level is likelier for every other. */
        private NDArray given(NDArray value) {
          NDArray flat = value.reshape(-1, space.shape().size());
          NDArray first = flat.get(new NDIndex(":, :1"));
          NDArray others = flat.zerosLike().get(new NDIndex(":, 1:"));
          NDArray alike = others.add(first);
          NDArray none = first.zerosLike().sub(constant(first, 1)); // no level
          NDArray wide = none.concat(alike, 1).reshape(value.getShape()).expandDims(axis());
          NDArray same = wide.eq(each(wide)).toType(value.getDataType(), false);
          return logits.add(same);
        }

        private int axis() {
          return space.shape().dimension() + 1;
        }
      };
    }
  }

  /** Nothing wrong with it at all. */
  @Named("plain-categorical")
  @Extension
  public record PlainCategorical() implements Likelihood {
    @Override
    public List<Parameters> parameters(Space event) {
      return Categorical.parameters(event);
    }

    @Override
    public Distribution of(Pass pass, Space event, NDList parameters) {
      return new Categorical(pass, event, parameters);
    }
  }
}
