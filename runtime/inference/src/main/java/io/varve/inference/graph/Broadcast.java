package io.varve.inference.graph;

import java.util.Arrays;

/** The shape of a result of arrays that are stretched to one shape. */
final class Broadcast {
  private Broadcast() {}

  /** The shape that both have after stretching axes of size 1. */
  static long[] of(Call call, long[] a, long[] b) {
    long[] result = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= result.length; i++) {
      long left = i <= a.length ? a[a.length - i] : 1;
      long right = i <= b.length ? b[b.length - i] : 1;
      if (left != right && left != 1 && right != 1) {
        throw call.refused(Arrays.toString(a) + " beside " + Arrays.toString(b), "shapes that fit");
      }
      result[result.length - i] = left == 1 ? right : left;
    }
    return result;
  }
}
