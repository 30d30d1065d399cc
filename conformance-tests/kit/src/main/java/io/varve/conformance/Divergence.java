package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.conformance.Chance.Mean;
import io.varve.conformance.Member.Found;
import io.varve.conformance.Member.Place;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import java.util.Optional;

/** KL(q ‖ p) of two families on one space: in closed form and by draws. */
final class Divergence {
  private static final DataType TYPE = DataType.FLOAT64;

  private Divergence() {}

  /** What {@code kl} answers in a batch of so many rows, if it does. */
  static Optional<Found> closed(Member q, Index at, Member p, Index other, int rows) {
    try (NDManager scope = Trials.manager()) {
      Distribution left = q.at(scope, new Place(at, TYPE, rows, 1), at.arrays(scope, TYPE));
      Distribution right = p.at(scope, new Place(other, TYPE, rows, 1), other.arrays(scope, TYPE));
      Optional<NDArray> kl = left.kl(right);
      return kl.map(k -> Member.found(new NDList(k)).get(0));
    }
  }

  /** log q - log p at draws of q: its mean tends to the divergence. */
  static Mean sampled(Member q, Index at, Member p, Index other, int samples) {
    try (NDManager scope = Trials.manager()) {
      Place here = new Place(at, TYPE, samples, 12);
      Place there = new Place(other, TYPE, samples, 1);
      Draw draw = q.at(scope, here, at.arrays(scope, TYPE)).draw();
      NDArray logP = p.at(scope, there, other.arrays(scope, TYPE)).logProb(draw.value());
      return Mean.of(Trials.doubles(draw.logProb().sub(logP)));
    }
  }

  /** A distribution that no plug-in knows. */
  record Stranger() implements Distribution {
    @Override
    public Draw draw() {
      throw new IllegalStateException("not to be drawn from");
    }

    @Override
    public NDArray logProb(NDArray value) {
      throw new IllegalStateException("not to be scored by");
    }

    @Override
    public NDArray mode() {
      throw new IllegalStateException("not to be shown");
    }
  }
}
