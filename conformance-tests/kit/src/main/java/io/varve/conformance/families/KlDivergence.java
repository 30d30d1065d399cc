package io.varve.conformance.families;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.varve.conformance.arrays.HostArray;
import io.varve.conformance.arrays.Numbers;
import io.varve.conformance.arrays.SeededRows;
import io.varve.conformance.families.FamilyOnSpace.Place;
import io.varve.conformance.numerics.Significance.Mean;
import io.varve.spi.Distribution;
import io.varve.spi.Draw;
import java.util.Optional;

/** KL(q ‖ p) of two families on one space: in closed form and by draws. */
final class KlDivergence {
  private static final DataType TYPE = DataType.FLOAT64;

  private KlDivergence() {}

  /** What {@code kl} answers in a batch of so many rows, if it does. */
  static Optional<HostArray> closed(
      FamilyOnSpace q, ParameterRows at, FamilyOnSpace p, ParameterRows other, int rows) {
    try (NDManager scope = SeededRows.manager()) {
      Distribution left = q.at(scope, new Place(at, TYPE, rows, 1), at.arrays(scope, TYPE));
      Distribution right = p.at(scope, new Place(other, TYPE, rows, 1), other.arrays(scope, TYPE));
      Optional<NDArray> kl = left.kl(right);
      return kl.map(k -> HostArray.of(new NDList(k)).get(0));
    }
  }

  /** log q - log p at draws of q: its mean tends to the divergence. */
  static Mean sampled(
      FamilyOnSpace q, ParameterRows at, FamilyOnSpace p, ParameterRows other, int samples) {
    try (NDManager scope = SeededRows.manager()) {
      Place here = new Place(at, TYPE, samples, 12);
      Place there = new Place(other, TYPE, samples, 1);
      Draw draw = q.at(scope, here, at.arrays(scope, TYPE)).draw();
      NDArray logP = p.at(scope, there, other.arrays(scope, TYPE)).logProb(draw.value());
      return Mean.of(Numbers.of(draw.logProb().sub(logP)));
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
