package io.varve.export.onnx.lower;

import io.varve.export.onnx.program.Argument;
import io.varve.export.onnx.program.Extent;
import java.util.List;

/**
 * Refuses calls whose results have another shape at some batch sizes, and says what to write
 * instead; code may read that shape alone. {@code Replay} would find two of those sizes, but not
 * know why.
 */
final class SmallBatches {
  /** Above it nothing changes that three traced batch sizes do not show. */
  private static final int LARGEST = 64;

  private SmallBatches() {}

  static void check(Call c, String operation) {
    switch (operation) {
      case "NDArray.squeeze" -> squeeze(c);
      case "NDArray.get" -> get(c);
      default -> {}
    }
  }

  /** DJL drops an axis of the batch too when the batch is 1, and the rank would depend on it. */
  private static void squeeze(Call c) {
    if (c.count() > 1 && c.listed(1)) {
      return;
    }
    boolean one = c.count() > 1 && c.integral(1);
    for (Extent size : one ? List.of(c.shape(0).get(c.axis(1))) : c.shape(0)) {
      if (size.reaches(1)) {
        throw c.refuse(
            "drops an axis of size " + size + " only where that is 1, B being the batch",
            "name the axes that are always 1, as in squeeze(new int[] {1})");
      }
    }
  }

  private static void get(Call c) {
    int axis = 0;
    int resultAxis = 0;
    for (List<Argument> element : c.groups(1)) {
      String kind = (String) ((Argument.Literal) element.get(0)).value();
      if (kind.equals("slice")) {
        slice(c, c.shape(0).get(axis), c.shape().get(resultAxis), element);
      }
      axis += kind.equals("new") ? 0 : 1;
      resultAxis += kind.equals("fixed") ? 0 : 1;
    }
  }

  /** A slice ends where the array does, which at a small batch may be before the end it names. */
  private static void slice(Call c, Extent whole, Extent part, List<Argument> slice) {
    Extent start = slice.get(1).sizeOr(0);
    Extent end = slice.get(2).sizeOr(Long.MAX_VALUE);
    long step = ((Argument.Whole) slice.get(3)).extent().offset();
    for (long batch = 1; batch <= LARGEST; batch++) {
      long size = whole.at(batch);
      long length = inside(end.at(batch), size) - inside(start.at(batch), size);
      long taken = Math.max(0, -Math.floorDiv(-length, step));
      if (taken != Math.max(0, part.at(batch))) {
        throw c.refuse(
            "takes " + taken + " of " + size + " elements at batch " + batch + ", not " + part,
            "take no more than there are at every batch, or in an axis that is not the batch's");
      }
    }
  }

  private static long inside(long bound, long size) {
    return Math.max(0, Math.min(bound < 0 ? bound + size : bound, size));
  }
}
