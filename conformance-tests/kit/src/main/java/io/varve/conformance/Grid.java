package io.varve.conformance;

import ai.djl.ndarray.NDArray;
import io.varve.spi.Space;

/** Whether values lie on the grid of their space. */
final class Grid {
  private Grid() {}

  /** Fails with the first value that is not one of 0, ..., levels - 1; real ones must be finite. */
  static void requireOn(String what, Space space, NDArray values) {
    double[] all = Trials.doubles(values);
    int event = (int) Math.max(1, space.shape().size());
    for (int i = 0; i < all.length; i++) {
      boolean fits =
          space.levels() == 0
              ? Double.isFinite(all[i])
              : all[i] == Math.rint(all[i]) && all[i] >= 0 && all[i] < space.levels();
      Contract.require(
          fits,
          "%s: value %d of row %d is %s, expected one of %s"
              .formatted(
                  what,
                  i % event,
                  i / event,
                  all[i],
                  space.levels() == 0 ? "the real numbers" : "0.." + (space.levels() - 1)));
    }
  }
}
