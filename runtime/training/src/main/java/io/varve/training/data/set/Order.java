package io.varve.training.data.set;

/** The order in which an epoch visits a split. */
public final class Order {
  private Order() {}

  /**
   * A permutation of 0, ..., size - 1 that depends on the seed and the epoch alone (Fisher and
   * Yates; Durstenfeld, 1964), so that training resumes in mid-epoch from a cursor.
   */
  public static int[] of(int size, long seed, long epoch) {
    int[] order = sequential(size);
    KeyedRandom chance = KeyedRandom.of(seed, epoch);
    for (int i = size - 1; i > 0; i--) {
      int j = chance.below(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** 0, 1, ..., size - 1: the order of an evaluation. */
  public static int[] sequential(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    return order;
  }
}
